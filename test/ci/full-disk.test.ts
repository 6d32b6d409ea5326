import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { fail, onTestEnd, startServer, succeed, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, intentsAt, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };

/** A file system of 4 MB, where this machine allows mounting one. */
function smallDisk(options = ''): string | undefined {
  const disk = join(temporaryFolder(), 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=4m${options}`, 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    return undefined;
  }
  onTestEnd(() => void execFileSync('umount', ['-l', disk]));
  return disk;
}

describe.skipIf(!CI_RUN)('a real disk', () => {
  it('that is full refuses what cannot be recorded, sends nothing, and works again with space', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('file systems cannot be mounted here');
    const stripe = await startStripe();
    const server = await startServer(disk, { STRIPE_SECRET_KEY: TEST_KEY });
    await configureStripe(server, stripe);
    fill(disk);
    expect(await fail(server, 'create_payment_intent', PAYMENT)).toMatchObject({
      code: 'unavailable',
      outcome: 'not_executed',
      hint: expect.stringContaining('Free disk space'),
    });
    expect(await fail(server, 'store_memory', { content: 'x'.repeat(60_000) })).toMatchObject({ code: 'unavailable' });
    expect(await intentsAt(stripe)).toEqual([]);
    rmSync(join(disk, 'filler'));
    await succeed(server, 'create_payment_intent', PAYMENT);
    expect(await intentsAt(stripe)).toHaveLength(1);
  });

  it('that is read-only gives one clear error, and is written as soon as it may be', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('file systems cannot be mounted here');
    const writer = await startServer(disk);
    await succeed(writer, 'store_memory', { content: 'written before' });
    await writer.stop();
    execFileSync('mount', ['-o', 'remount,ro', disk], { stdio: 'pipe' });
    const server = await startServer(disk);
    expect(await fail(server, 'store_memory', { content: 'x' })).toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('writable'),
    });
    expect((await server.client.listTools()).tools.length).toBeGreaterThan(0);
    execFileSync('mount', ['-o', 'remount,rw', disk], { stdio: 'pipe' });
    await succeed(server, 'store_memory', { content: 'written after' });
  });
});

function fill(disk: string): void {
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    for (;;) {
      try {
        writeFileSync(join(disk, 'filler'), Buffer.alloc(size), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}
