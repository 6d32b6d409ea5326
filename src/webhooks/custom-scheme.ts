import type * as z from 'zod';
import type { WebhookScheme } from './scheme.ts';
import { signsBody, webhookScheme } from './scheme.ts';

/** A scheme that a user describes: the same shape, as far as it makes a signature mean something. */
export const customWebhookScheme: z.ZodType<WebhookScheme> = webhookScheme.superRefine((scheme, context) => {
  for (const { path, message } of problemsOf(scheme)) context.addIssue({ code: 'custom', path: [...path], message });
});

function* problemsOf(scheme: WebhookScheme): Generator<{ path: readonly (string | number)[]; message: string }> {
  const { signatures, signed } = scheme;
  if (signatures.some(({ algorithm }) => algorithm === 'rsa-sha256')) {
    yield { path: ['signatures'], message: 'rsa-sha256 trusts certificates of known providers only' };
  }
  if (signed.includes('secret')) yield { path: ['signed'], message: 'secret is no part of a signed text here' };
  for (const part of ['timestamp', 'id'] as const) {
    if (signed.includes(part) && scheme[part] === undefined) {
      yield { path: [part], message: `say where the ${part} is found: it is signed` };
    }
  }
  const isSigned = signatures.some(({ algorithm }) => algorithm !== 'token');
  if (isSigned && !signsBody(scheme)) {
    yield { path: ['signed'], message: 'body must be signed (or form, or crc32)' };
  }
  if (isSigned && signatures.some(({ at }) => at.some((place) => 'json' in place))) {
    yield { path: ['signatures'], message: 'a body that holds its own signature cannot be signed' };
  }
}
