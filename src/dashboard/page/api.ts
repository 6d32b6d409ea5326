/** Where the key of this browser is kept: per origin, so per port. */
const KEY = 'breakwater-key';

/** A failure in the shape of the server's errors. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint: string | undefined) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Turns the token of the link into access, once; true when this browser has access already. */
export async function signIn(): Promise<boolean> {
  const token = location.hash.slice(1);
  if (!isToken(token)) return localStorage.getItem(KEY) !== null;
  // Before anything else: nobody shall copy or bookmark a link that no longer works.
  history.replaceState(null, '', '/');
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  if (!answer.ok) return localStorage.getItem(KEY) !== null;
  const { key } = (await answer.json()) as { key: string };
  localStorage.setItem(KEY, key);
  return true;
}

export function signOut(): void {
  localStorage.removeItem(KEY);
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>(`/api/${path}`, signal === undefined ? {} : { signal });
}

/** Calls a tool as an agent does. */
export function call<T>(tool: string, args: object, signal?: AbortSignal): Promise<T> {
  const body = JSON.stringify(args);
  const headers = { 'content-type': 'application/json' };
  return send<T>(`/api/tools/${tool}`, { method: 'POST', headers, body, ...(signal && { signal }) });
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { ...init.headers, 'x-breakwater-key': localStorage.getItem(KEY) ?? '' };
  const answer = await fetch(path, { ...init, headers }).catch((thrown: unknown) => {
    if (init.signal?.aborted) throw thrown;
    throw new ApiError('unavailable', 'Breakwater does not answer.', 'Run breakwater dashboard again.');
  });
  const value: unknown = await answer.json();
  if (answer.ok) return value as T;
  const { code = 'internal', message = '', hint } = value as { code?: string; message?: string; hint?: string };
  throw new ApiError(code, message, hint);
}

/** 32 bytes in base64url: no route of the page looks like it. */
function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
