/** Where the key of this browser is kept: per origin, so per port. */
const KEY = 'breakwater-key';
const JSON_TYPE = { 'content-type': 'application/json' };

/** A failure in the shape of the server's errors. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export function toError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown));
}

/** Turns the token of the link into access, once; true when this browser has access already. */
export async function signIn(): Promise<boolean> {
  const token = location.hash.slice(1);
  if (!isToken(token)) return localStorage.getItem(KEY) !== null;
  // Before anything else: nobody shall copy or bookmark a link that no longer works.
  history.replaceState(null, '', '/');
  const answer = await ask('/api/session', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ token }) });
  if (!answer.ok) return localStorage.getItem(KEY) !== null;
  const { key } = (await answer.json()) as { key: string };
  localStorage.setItem(KEY, key);
  return true;
}

let onRefused = () => {};

/** `listener` is called when this browser's access has ended, as it does with the command that gave it. */
export function onAccessEnd(listener: () => void): void {
  onRefused = listener;
}

/** `listener` is called when another tab was opened with a new link: access is shared. Returns what ends it. */
export function onAccessGiven(listener: () => void): () => void {
  const hear = ({ key, newValue }: StorageEvent) => {
    if (key === KEY && newValue !== null) listener();
  };
  addEventListener('storage', hear);
  return () => removeEventListener('storage', hear);
}

/** Finds out why a request was refused that does not tell; whatever comes of it, the next one tries again. */
export async function checkAccess(): Promise<void> {
  await get('workspace').catch(() => {});
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>(`/api/${path}`, signal === undefined ? {} : { signal });
}

/** Calls a tool as an agent does. */
export function call<T>(tool: string, args: object, signal?: AbortSignal): Promise<T> {
  const body = JSON.stringify(args);
  return send<T>(`/api/tools/${tool}`, { method: 'POST', headers: JSON_TYPE, body, ...(signal && { signal }) });
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  const key = localStorage.getItem(KEY);
  const answer = await ask(path, { ...init, headers: { ...init.headers, 'x-breakwater-key': key ?? '' } });
  const value: unknown = await answer.json();
  if (answer.ok) return value as T;
  const { code = 'internal', message = '', hint } = value as { code?: string; message?: string; hint?: string };
  if (code === 'unauthorized') endAccess(key);
  throw new ApiError(code, message, hint);
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new ApiError('unavailable', 'Breakwater does not answer.', 'Run breakwater dashboard again.');
  }
}

/** Not when another tab has got a new key meanwhile. */
function endAccess(refused: string | null): void {
  if (localStorage.getItem(KEY) !== refused) return;
  localStorage.removeItem(KEY);
  onRefused();
}

/** 32 bytes in base64url: no route of the page looks like it. */
function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
