import { ROUTES } from '../src/integrations/stripe/simulator/routes.ts';

/** The operations of the simulated Stripe, by resource. */
export function stripeOperationRows(): string[][] {
  const resources = new Map<string, string[]>();
  for (const { method, segments } of ROUTES) {
    const [, , first = '', second = ''] = segments;
    const resource = ['checkout', 'test_helpers'].includes(first) ? `${first}/${second}` : first;
    const operation = `\`${method} ${segments.join('/')}\``;
    resources.set(resource, [...(resources.get(resource) ?? []), operation]);
  }
  return [...resources].map(([resource, operations]) => [resource, operations.join('<br>')]);
}
