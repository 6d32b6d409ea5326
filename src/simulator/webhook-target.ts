import { AppError } from '../core/errors.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import { signWebhook } from '../webhooks/sign.ts';
import type { WebhookTarget } from './contract.ts';

/** Throws `not_allowed` for a target that is not on loopback, `invalid_input` for a text that is no address or a secret that cannot sign. */
export function checkTarget(scheme: WebhookScheme, { url, secret }: WebhookTarget): void {
  parseTargetUrl(url);
  // A secret that cannot sign shows now, not when the first event is due.
  signWebhook(scheme, { body: Buffer.from('{}'), secret, timestampMs: 0, url });
}

/** The address, which must be `http` on loopback. */
export function parseTargetUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:') {
    throw new AppError('invalid_input', 'The webhook target is not an http address.', {
      hint: 'Give an address on this machine, for instance http://127.0.0.1:3000/webhooks.',
    });
  }
  // The URL parser has turned every spelling of an IPv4 address into dotted decimals.
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new AppError('not_allowed', `Webhooks are not delivered to ${url.hostname}: it is not on this machine.`, {
      hint: 'Give an address on loopback, for instance http://127.0.0.1:3000/webhooks.',
    });
  }
  return url;
}
