/** No call outlives this: MCP clients give up after 60 s, and a refusal must come before that. */
export const MAX_DEADLINE_MS = 45_000;

/** How long a change waits for the shared store, in milliseconds: another program may hold its lock. */
const PATIENCE_MS = 1_000;

/** Rejects when `work` takes too long; what it does after that is nobody's concern. */
export function withPatience<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`The shared store took longer than ${PATIENCE_MS} ms.`));
    const timer = setTimeout(giveUp, PATIENCE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
