/**
 * The ways in which opossum's breaker never closed again (https://github.com/nodeshift/opossum/issues/…), each as what must happen
 * instead.
 */
import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../src/resilience/breaker.ts';
import type { BreakerStore } from '../../../src/resilience/breaker-store.ts';
import type { AttemptFailure } from '../../../src/resilience/classify.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { OutcomeWindow } from '../../../src/resilience/outcome-window.ts';
import { SqliteBreakerStore } from '../../../src/resilience/sqlite-breaker-store.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { resilienceMigrations, resilienceSettings } from '../../support/resilience-stack.ts';

const KEY = 'api.test/read';
const THRESHOLD = 3;
const BREAK_MS = 1_000;
/** The longest that jitter makes of it. */
const BREAK_OVER_MS = BREAK_MS * 1.2;
const LEASE_MS = 5_000;

const SETTINGS = resilienceSettings(
  { breaker: { failure_threshold: THRESHOLD, break_ms: BREAK_MS, max_break_ms: BREAK_MS, min_calls: 10 } },
  LEASE_MS,
).breaker;

const DOWN: AttemptFailure = { kind: 'response', status: 503, headers: {} };
const CANCELLED: AttemptFailure = { kind: 'cancelled', sent: true };

/** One attempt in flight, ended by the test. */
interface InFlight {
  succeed(): Promise<string>;
  fail(failure?: AttemptFailure): Promise<string>;
}

class Scene {
  now = 1_790_000_000_000;
  readonly store: BreakerStore;
  readonly #breaker: Breaker;
  readonly #clock = { now: () => this.now };

  constructor(store?: (clock: { now(): number }) => BreakerStore, now?: number) {
    if (now !== undefined) this.now = now;
    this.store = store?.(this.#clock) ?? new InProcessBreakerStore(this.#clock);
    this.#breaker = new Breaker({
      key: KEY,
      store: this.store,
      settings: SETTINGS,
      repeat: 'safe',
      clock: this.#clock,
      window: new OutcomeWindow(SETTINGS.windowMs),
    });
  }

  /** How a call ended: `ok`, `failed`, or why the breaker refused it. */
  call(work: () => unknown = () => undefined): Promise<string> {
    return this.#breaker.execute(async () => work()).then(() => 'ok', endingOf);
  }

  /** Begins a call that must be let through and stays in flight. */
  async begin(): Promise<InFlight> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const ending = this.call(() => {
      begun.resolve();
      return promise;
    });
    await Promise.race([begun.promise, ending.then((early) => Promise.reject(new Error(`The call was ${early}`)))]);
    return {
      succeed: () => {
        resolve();
        return ending;
      },
      fail: (failure = DOWN) => {
        reject(new AttemptError(failure));
        return ending;
      },
    };
  }

  async open(): Promise<void> {
    for (let failure = 0; failure < THRESHOLD; failure += 1) await this.failOnce();
    expect(await this.state()).toBe('open');
  }

  failOnce(failure = DOWN): Promise<string> {
    return this.call(() => {
      throw new AttemptError(failure);
    });
  }

  /** Lets the break pass, so that the next call is a probe. */
  waitForHalfOpen(): void {
    this.now += BREAK_OVER_MS;
  }

  async state(): Promise<string> {
    return (await this.store.get(KEY))?.state ?? 'closed';
  }
}

function endingOf(thrown: unknown): string {
  if (thrown instanceof AttemptError) return 'failed';
  return String((thrown as { details?: { state?: unknown } }).details?.state ?? thrown);
}

describe('a breaker that opens also closes again', () => {
  it('#57: a call that arrives while the probe is in flight does not get it stuck', async () => {
    const scene = new Scene();
    await scene.open();
    scene.waitForHalfOpen();
    const probe = await scene.begin();
    for (let call = 0; call < 5; call += 1) expect(await scene.call()).toBe('half_open');
    expect(await probe.succeed()).toBe('ok');
    expect(await scene.state()).toBe('closed');
    expect(await scene.call()).toBe('ok');
  });

  it('#119: half open lets one call through, and its failure alone re-opens', async () => {
    const scene = new Scene();
    await scene.open();
    for (let round = 0; round < 5; round += 1) {
      scene.waitForHalfOpen();
      const probe = await scene.begin();
      const others = await Promise.all(Array.from({ length: 20 }, () => scene.call()));
      expect(new Set(others)).toEqual(new Set(['half_open']));
      expect(await probe.fail()).toBe('failed');
      expect(await scene.state()).toBe('open');
      expect(await scene.call()).toBe('open');
    }
    scene.waitForHalfOpen();
    expect(await scene.call()).toBe('ok');
    expect(await scene.state()).toBe('closed');
  });

  it('#276: a probe that fails when the window has run empty re-opens instead of staying half open', async () => {
    const scene = new Scene();
    await scene.open();
    scene.now += SETTINGS.windowMs * 10;
    expect(await scene.failOnce()).toBe('failed');
    expect(await scene.state()).toBe('open');
    scene.waitForHalfOpen();
    expect(await scene.call()).toBe('ok');
    expect(await scene.state()).toBe('closed');
  });

  it('#385: failures that arrive together with the one that opens it do not put off or cancel the end of the break', async () => {
    const scene = new Scene();
    const calls = [];
    for (let call = 0; call < THRESHOLD + 5; call += 1) calls.push(await scene.begin());
    for (const call of calls.slice(0, THRESHOLD)) await call.fail();
    const reopenAt = (await scene.store.get(KEY))?.reopenAt;
    expect(reopenAt).toBeGreaterThan(scene.now);
    for (const call of calls.slice(THRESHOLD)) {
      scene.now += 100;
      expect(await call.fail()).toBe('failed');
    }
    expect(await scene.store.get(KEY)).toMatchObject({ state: 'open', reopenAt, opens: 1 });
    scene.now = (reopenAt ?? 0) - 1;
    expect(await scene.call()).toBe('open');
    scene.now += 1;
    expect(await scene.call()).toBe('ok');
    expect(await scene.state()).toBe('closed');
  });

  it.each([
    ['the caller has cancelled', CANCELLED],
    ['a wrong name caused', { kind: 'network', code: 'ENOTFOUND', sent: false }],
  ] as const)('#388: a probe whose failure does not count, because %s it, hands its permit to the next call', async (_why, ignored) => {
    const scene = new Scene();
    await scene.open();
    scene.waitForHalfOpen();
    expect(await scene.failOnce(ignored)).toBe('failed');
    expect(await scene.store.get(KEY)).toMatchObject({ state: 'half_open', probes: [] });
    expect(await scene.call()).toBe('ok');
    expect(await scene.state()).toBe('closed');
  });

  it('#484: once closed it stays closed, whatever calls from before the break still report', async () => {
    const scene = new Scene();
    const late = [];
    for (let call = 0; call < THRESHOLD * 3; call += 1) late.push(await scene.begin());
    await scene.open();
    scene.waitForHalfOpen();
    const probe = await scene.begin();
    expect(await late.shift()?.fail()).toBe('failed');
    expect(await scene.state()).toBe('half_open');
    expect(await probe.succeed()).toBe('ok');
    expect(late.length).toBeGreaterThan(THRESHOLD);
    for (const call of late) {
      expect(await call.fail()).toBe('failed');
      expect(await scene.state()).toBe('closed');
    }
    expect(await scene.call()).toBe('ok');
  });

  it('#658: state left behind by a process that is gone leads to a probe, and from there to closed', async () => {
    const path = databasePath();
    const openStore = (clock: { now(): number }) => new SqliteBreakerStore(sqliteAt(path, resilienceMigrations), clock);
    const first = new Scene(openStore);
    await first.open();
    const second = new Scene(openStore, first.now + 10);
    expect(await second.call()).toBe('open');
    second.waitForHalfOpen();
    await second.begin();

    const third = new Scene(openStore, second.now + LEASE_MS - 1);
    expect(await third.state()).toBe('half_open');
    expect(await third.call()).toBe('half_open');
    third.now += 1;
    let probed = 0;
    expect(await third.call(() => (probed += 1))).toBe('ok');
    expect(probed).toBe(1);
    expect(await third.state()).toBe('closed');
  });
});
