import { AppError } from '../core/errors.ts';
import type { Finding, Operation, Read } from './operation.ts';
import type { Provider } from './provider.ts';
import type { RequestRecord } from './request-ledger.ts';

/** How long the service recognises a repeat of this operation by its key, in milliseconds: 0 where it takes none. */
export function protectionOf(operation: Operation, provider: Provider): number {
  return operation.repeat === 'unsafe' ? 0 : (provider.api?.idempotency?.lifetimeMs ?? 0);
}

/** True while the service still recognises a repeat by its key: then sending again is safe. */
export function isProtected(record: RequestRecord, operation: Operation, provider: Provider, now: number): boolean {
  return isRecognised(record.createdAt, protectionOf(operation, provider), now);
}

/**
 * True when a service that keeps keys for so long still has one of that time; never where it keeps none. A time in the future is that of a
 * clock that has been set back since, at least that far ago.
 */
export function isRecognised(at: number, protectedForMs: number, now: number): boolean {
  return Math.abs(now - at) < protectedForMs;
}

/** Whether a request of unknown outcome was executed, by a lookup; `open` where there is none, or where it fails. */
export async function findEffect(
  record: RequestRecord,
  operation: Operation,
  provider: Provider,
  read: Read,
): Promise<Finding> {
  // Without a key an earlier request may still be on its way.
  if (operation.findEffect === undefined || operation.repeat !== 'with-key') return { kind: 'open' };
  const { reference, idempotencyKey, createdAt } = record;
  // It was last sent while its key protected it.
  const until = createdAt + (provider.api?.idempotency?.lifetimeMs ?? 0);
  const past = { reference, idempotencyKey, arguments: record.arguments, from: createdAt, until };
  return operation.findEffect(past, read).catch((thrown: unknown) => {
    if (thrown instanceof AppError) return { kind: 'open' };
    throw thrown;
  });
}

/** What is left to say when nobody knows, and sending again could execute twice. */
export function stillUnknown(record: RequestRecord, operation: Operation, provider: Provider): AppError {
  const tried = operation.findEffect === undefined ? '' : ' Its lookup gave no certain answer; a repeat looks again.';
  return new AppError(
    'outcome_unknown',
    `Whether "${record.reference}" was executed is not known, and it is not sent again blindly.${tried}`,
    {
      hint: `Look it up at ${provider.title} by its reference and time. If it was not executed, use a new reference.`,
      outcome: 'unknown',
      details: {
        reference: record.reference,
        idempotency_key: record.idempotencyKey,
        begun_at: new Date(record.createdAt).toISOString(),
      },
    },
  );
}
