import type { Delivery, WebhookHeaders } from '../../../../src/webhooks/delivery.ts';
import type { Cause } from '../../../../src/webhooks/findings.ts';
import type { NamedSecret } from '../../../../src/webhooks/verify.ts';
import type { Sample } from '../deliveries.ts';

/** What a genuine delivery of a sample looks like when something goes wrong on the way or in the handler. */
export interface Failure {
  kind: string;
  of: Sample;
  cause: Cause;
  /** What the sender signed, where that is not the body of the sample. */
  signed?: string;
  body?: (signed: Buffer) => Buffer | string;
  headers?: (headers: Record<string, string>) => WebhookHeaders;
  /** What the handler holds. */
  secret?: (secret: string) => string | undefined;
  /** With what the sender signed. */
  signer?: (secret: string) => string;
  delivery?: Partial<Delivery>;
  at?: number;
  other?: readonly NamedSecret[];
}
