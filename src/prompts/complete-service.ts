import type { Integrations } from '../integrations/integrations.ts';

/** The services that can be configured. */
export async function completeService(
  typed: string,
  { integrations }: { integrations: Integrations },
): Promise<string[]> {
  const services = integrations.providers.map(({ service }) => service);
  return services.filter((service) => service.startsWith(typed.toLowerCase()));
}
