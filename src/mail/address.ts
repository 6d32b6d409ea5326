import { AppError } from '../core/errors.ts';

export interface Address {
  email: string;
  name?: string;
}

/** `ada@example.com` or `Ada Lovelace <ada@example.com>`; whether the address itself is right is checked with the mail. */
export function parseAddress(text: string): Address {
  const trimmed = text.trim();
  const open = trimmed.lastIndexOf('<');
  if (open < 0) return { email: trimmed };
  const name = unquote(trimmed.slice(0, open).trim());
  const email = trimmed.slice(open + 1, -1).trim();
  if (!trimmed.endsWith('>') || /[<>]/.test(name)) {
    throw new AppError('invalid_input', 'An address has the form ada@example.com or Ada <ada@example.com>.');
  }
  return name === '' ? { email } : { email, name };
}

function unquote(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name;
}
