import type { SimulatedRequest } from '../../../simulator/service.ts';
import { invalidRequest } from './api-error.ts';
import { API_VERSION } from './events.ts';
import type { FormObject } from './form.ts';
import { decodeForm } from './form.ts';

type Headers = SimulatedRequest['headers'];

/** Throws the 401 or 403 that a key deserves. No message repeats a key. https://docs.stripe.com/api/authentication */
export function checkKey(headers: Headers): void {
  const key = keyOf(headers['authorization'] ?? '');
  if (key === '') {
    throw invalidRequest(
      "You did not provide an API key. Give it in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
      undefined,
      401,
    );
  }
  if (/^[srp]k_live_/.test(key)) {
    throw invalidRequest(
      'The simulator takes test keys only (sk_test_…, rk_test_…): this is a live key.',
      undefined,
      401,
    );
  }
  if (key.startsWith('pk_test_')) {
    const message = 'This API call cannot be made with a publishable API key. Please use a secret API key.';
    throw invalidRequest(message, { code: 'secret_key_required' }, 403);
  }
  if (!/^[sr]k_test_\w+$/.test(key)) throw invalidRequest('Invalid API Key provided.', undefined, 401);
  if (headers['stripe-account'] !== undefined) {
    const message = 'The provided key does not have access to the account of the Stripe-Account header.';
    throw invalidRequest(message, { code: 'account_invalid' }, 403);
  }
}

/** The key as bearer token, or as the user of basic authentication. */
function keyOf(authorization: string): string {
  const [scheme = '', value = ''] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString().split(':', 1)[0] ?? '';
}

/** Every version is answered at the simulated one; what is no version is refused. */
export function checkVersion(headers: Headers): void {
  const version = headers['stripe-version'];
  if (version === undefined || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return;
  throw invalidRequest(`Invalid Stripe API version: ${version.slice(0, 100)}`);
}

/** What the request log says of a version that is not the simulated one. */
export function versionNote(headers: Headers): string | undefined {
  const version = headers['stripe-version'];
  if (version === undefined || version === API_VERSION) return undefined;
  return `asked for API version ${version.slice(0, 30)}, answered at ${API_VERSION}`;
}

/** Parameters of the query, or of a form-encoded body: v1 of the API takes no JSON. */
export function readForm({ method, url, headers, body }: SimulatedRequest): FormObject {
  if (method === 'GET' || (method === 'DELETE' && body.length === 0)) return decodeForm(url.search.slice(1));
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (body.length > 0 && type !== 'application/x-www-form-urlencoded') {
    throw invalidRequest('Invalid request (check that your POST content type is application/x-www-form-urlencoded).');
  }
  return decodeForm(body.toString('utf8'));
}
