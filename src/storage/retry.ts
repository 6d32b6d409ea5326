import { sleep } from '../core/clock.ts';
import { FileChanged, isLocked } from './storage-error.ts';

/**
 * Runs `work` again, with jittered pauses, while another process holds the lock or has just changed the file, until `deadline` on the
 * clock of `performance.now()`. Then, and for every other fault, throws what `work` threw.
 */
export async function whileLocked<T>(work: () => T | Promise<T>, deadline: number): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (thrown) {
      const passes = isLocked(thrown) || thrown instanceof FileChanged;
      if (!passes || performance.now() > deadline) throw thrown;
      await sleep(1 + Math.random() * Math.min(8, 1 + tries));
    }
  }
}
