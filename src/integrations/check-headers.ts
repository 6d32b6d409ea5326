import { validateHeaderValue } from 'node:http';
import { AppError } from '../core/errors.ts';

/** Throws `invalid_input` that names the header for characters that HTTP forbids. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new AppError('invalid_input', `The header ${name} would hold characters that HTTP does not allow.`, {
        hint: 'Correct the key, setting or id that it is made of. Nothing was sent.',
        cause,
      });
    }
  }
}
