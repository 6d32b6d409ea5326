import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

type Handlers = Record<string, (input: never) => unknown>;

interface Request {
  id: number;
  name: string;
  input: unknown;
}

type Reply = { id: number; value: unknown } | { id: number; error: string };

/** A child process whose functions can be called from here. */
export interface RemoteProcess<H extends Handlers> {
  run<N extends keyof H & string>(name: N, input: Parameters<H[N]>[0]): Promise<Awaited<ReturnType<H[N]>>>;
  /** SIGKILL; resolves when the process is gone. Calls that wait are rejected. */
  kill(): Promise<void>;
}

/** Runs a script of this folder, which calls `serve`, in a process of its own on this very runtime. */
export function startProcess<H extends Handlers>(script: string, ...args: string[]): RemoteProcess<H> {
  const child = fork(join(import.meta.dirname, script), args, { execArgv: [] });
  const waiting = new Map<number, (reply: Reply) => void>();
  const closed = once(child, 'close').then(() => {
    for (const [id, settle] of waiting) settle({ id, error: `${script} has ended` });
  });
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let calls = 0;
  return {
    async run(name, input) {
      const id = calls++;
      const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
      child.send({ id, name, input } satisfies Request);
      const settled = await reply;
      if ('error' in settled) throw new Error(settled.error);
      return settled.value as never;
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** In the child: answers calls until the parent leaves, however it does. */
export function serve(handlers: Handlers): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ id, name, input }: Request) => {
    process.send?.(await answer(id, () => handlers[name]?.(input as never)));
  });
}

async function answer(id: number, work: () => unknown): Promise<Reply> {
  try {
    return { id, value: await work() };
  } catch (thrown) {
    return { id, error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}
