import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../src/utils/circuit-breaker.util.js';

const fail = async () => {
  throw new Error('down');
};
const succeed = async () => 'ok';

function create() {
  const clock = { now: 0 };
  const breaker = new CircuitBreaker({
    failureThreshold: 2,
    breakMs: 1_000,
    isFailure: (thrown) => thrown instanceof Error && thrown.message === 'down',
    now: () => clock.now,
  });
  const open = async () => {
    await expect(breaker.run(fail)).rejects.toThrow('down');
    await expect(breaker.run(fail)).rejects.toThrow('down');
  };
  return { breaker, clock, open };
}

describe('CircuitBreaker', () => {
  it('opens after failures in a row and says when to come back', async () => {
    const { breaker, clock, open } = create();
    await open();
    clock.now = 400;
    await expect(breaker.run(succeed)).rejects.toMatchObject({ name: 'CircuitOpenError', retryAfterMs: 600 });
  });

  it('closes again after a good probe', async () => {
    const { breaker, clock, open } = create();
    await open();
    clock.now = 1_000;
    expect(await breaker.run(succeed)).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  it('lets one probe through, and opens again when it fails', async () => {
    const { breaker, clock, open } = create();
    await open();
    clock.now = 1_000;
    const probe = breaker.run(fail);
    await expect(breaker.run(succeed)).rejects.toMatchObject({ name: 'CircuitOpenError' });
    await expect(probe).rejects.toThrow('down');
    expect(breaker.state).toBe('open');
    clock.now = 2_000;
    expect(await breaker.run(succeed)).toBe('ok');
  });

  it('does not count refused requests', async () => {
    const { breaker } = create();
    const refused = async () => {
      throw new Error('400');
    };
    for (let i = 0; i < 5; i += 1) await expect(breaker.run(refused)).rejects.toThrow('400');
    expect(breaker.state).toBe('closed');
  });

  it('ignores results of requests that began before it opened', async () => {
    const { breaker, clock, open } = create();
    const slow = deferred();
    const early = breaker.run(() => slow.promise);
    await open();
    clock.now = 1_000;
    const probe = deferred();
    const probing = breaker.run(() => probe.promise);
    slow.resolve();
    await early;
    expect(breaker.state).toBe('half_open');
    probe.resolve();
    await probing;
    expect(breaker.state).toBe('closed');
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
