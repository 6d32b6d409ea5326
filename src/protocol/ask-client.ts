import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abortError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { kindOfPlace } from '../core/project-folder.ts';
import type { LogMessage } from './log-line.ts';
import type { ClientPeer } from './requests.ts';
import type { RequestFacts } from './serving.ts';

/** A person may take their time; the client's own limit comes first. */
export const ELICIT_TIMEOUT_MS = 10 * 60_000;

/** What consent is asked with: a form without a field. */
export const EMPTY_FORM: { type: 'object'; properties: Record<string, never> } = { type: 'object', properties: {} };

/** The client as the server of either SDK shows it. */
interface ClientSide {
  getClientCapabilities(): { roots?: object | undefined } | undefined;
  listRoots(params: undefined, options: { timeout: number }): Promise<{ roots: readonly { uri: string }[] }>;
  sendResourceListChanged(): Promise<void>;
  sendResourceUpdated(params: { uri: string }): Promise<void>;
  sendLoggingMessage(message: LogMessage): Promise<void>;
}

/** @param client undefined before it has said a word */
export function peerOf(client: () => ClientSide | undefined): ClientPeer {
  return {
    firstRoot: async (timeoutMs) => askForRoot(client(), timeoutMs),
    notifyListChanged: async () => client()?.sendResourceListChanged(),
    notifyUpdated: async (uri) => client()?.sendResourceUpdated({ uri }),
    notifyLog: async (message) => client()?.sendLoggingMessage(message),
  };
}

/**
 * The folder that the client works in: its first root that is a folder of this machine, otherwise its first path that does not exist here
 * (a server in a container) and so only names the workspace. Undefined where it has none; rejects where it does not say.
 */
async function askForRoot(client: ClientSide | undefined, timeoutMs: number): Promise<string | undefined> {
  // The stateless protocol has no roots that a server could ask for by itself.
  if (client?.getClientCapabilities()?.roots === undefined) return undefined;
  const { roots } = await client.listRoots(undefined, { timeout: timeoutMs });
  const paths = roots.map(({ uri }) => pathOf(uri)).filter((path) => path !== undefined);
  return paths.find((path) => kindOfPlace(path) === 'folder') ?? paths.find((path) => kindOfPlace(path) === 'nothing');
}

function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:///') || uri.includes('%00')) return undefined;
  try {
    return resolve(fileURLToPath(uri));
  } catch {
    return undefined;
  }
}

/** A request of ours to the client, while the call waits; whom the client did not ask has not agreed. */
export function elicitWith(
  ask: (
    request: { message: string; requestedSchema: typeof EMPTY_FORM },
    options: { signal: AbortSignal; timeout: number },
  ) => Promise<{ action: 'accept' | 'decline' | 'cancel' }>,
  log: Log,
): NonNullable<RequestFacts['elicit']> {
  return async ({ message }, signal) => {
    try {
      const request = { message, requestedSchema: EMPTY_FORM };
      return (await ask(request, { signal, timeout: ELICIT_TIMEOUT_MS })).action;
    } catch (thrown) {
      if (signal.aborted) throw abortError(signal);
      log.warn({ cause: messageOf(thrown) }, 'the client did not ask the person');
      return 'cancel';
    }
  };
}

/** Progress counts up; the client shows the message. Without a token the client did not ask. */
export function progressReporter<Token>(
  progressToken: Token | undefined,
  notify: (notification: {
    method: 'notifications/progress';
    params: { progressToken: Token; progress: number; message: string };
  }) => Promise<void>,
): (message: string) => void {
  if (progressToken === undefined) return () => {};
  let progress = 0;
  return (message) => {
    progress += 1;
    notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(() => {});
  };
}
