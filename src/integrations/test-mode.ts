import { AppError } from '../core/errors.ts';
import { isLoopbackUrl } from '../core/loopback.ts';
import type { Operation } from './operation.ts';
import type { CallContext } from './sender.ts';

/**
 * Where keys do not tell test from live, a write in test mode would be as real as any: only the service's own sandbox and this machine
 * take it. Throws `not_allowed` otherwise.
 */
export function refuseUntestable(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  { provider, integration }: Pick<CallContext, 'provider' | 'integration'>,
  url: URL,
): void {
  if (integration.config.mode !== 'test' || isLoopbackUrl(url)) return;
  const keysTell = provider.api?.secrets.some(({ modeOf }) => modeOf !== undefined) ?? false;
  if (keysTell || operation.isSandboxed?.(input)) return;
  throw new AppError(
    'not_allowed',
    `${provider.title} has no test keys: ${operation.name} would be real, and integration "${integration.name}" is in test mode. Nothing was sent.`,
    { hint: 'Rehearse it against a loopback base_url, or let a person configure mode "live" on purpose.' },
  );
}
