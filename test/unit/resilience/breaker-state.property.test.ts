import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BreakerRow, BreakerSettings, Permit } from '../../../src/resilience/breaker-state.ts';
import { acquire, force, newBreaker, reset, settle } from '../../../src/resilience/breaker-state.ts';
import { PATIENCE_MS, runs } from '../../support/full-counts.ts';

const HOUR_MS = 3_600_000;

const settingsArbitrary = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  breakMs: fc.constantFrom(10, 100),
  maxBreakMs: fc.constantFrom(100, 800),
  halfOpenPermits: fc.integer({ min: 1, max: 3 }),
  probeLeaseMs: fc.constantFrom(50, 300),
});

const tick = fc.record({
  kind: fc.constant('tick' as const),
  ms: fc.oneof(fc.nat(60), fc.integer({ min: 80, max: 400 }), fc.constant(2_000)),
});
const call = fc.record({ kind: fc.constant('acquire' as const) });
const end = fc.record({
  kind: fc.constant('settle' as const),
  which: fc.nat(50),
  verdict: fc.constantFrom('success', 'failure', 'failure', 'ignored'),
  throttleMs: fc.option(fc.constantFrom(0, 70, 1e18), { nil: undefined, freq: 12 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const control = fc.record({
  kind: fc.constant('force' as const),
  state: fc.constantFrom('open', 'closed'),
  forMs: fc.option(fc.nat(500), { nil: undefined }),
});
const forget = fc.record({ kind: fc.constant('reset' as const) });

const commandArbitrary = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 6, arbitrary: end },
  { weight: 4, arbitrary: tick },
  { weight: 1, arbitrary: control },
  { weight: 1, arbitrary: forget },
);
type Command = typeof commandArbitrary extends fc.Arbitrary<infer T> ? T : never;

interface RunningCall {
  permit: Permit;
  leaseUntil: number;
}

/** One breaker under test, and what an observer knows without looking into it. */
class World {
  now = 1_000_000;
  row: BreakerRow = newBreaker('key', this.now);
  readonly settings: BreakerSettings;
  readonly calls: RunningCall[] = [];
  failuresInRow = 0;
  throttledUntil = 0;
  forced: { state: 'open' | 'closed'; until: number } | undefined;
  #probeCount = 0;

  constructor(settings: BreakerSettings) {
    this.settings = settings;
  }

  get forcedNow(): 'open' | 'closed' | undefined {
    return this.forced !== undefined && this.forced.until > this.now ? this.forced.state : undefined;
  }

  get liveProbes(): number {
    const { generation } = this.row;
    return this.calls.filter(
      ({ permit, leaseUntil }) =>
        permit.probe !== undefined && permit.generation === generation && leaseUntil > this.now,
    ).length;
  }

  run(command: Command): void {
    if (command.kind === 'tick') this.now += command.ms;
    else if (command.kind === 'acquire') this.acquire();
    else if (command.kind === 'settle') this.settle(command);
    else if (command.kind === 'force') this.force(command.state, command.forMs);
    else this.reset();
  }

  acquire(): void {
    this.#probeCount += 1;
    const before = this.row;
    const { row, admission } = acquire(before, this.now, this.settings, `probe-${this.#probeCount}`);
    this.row = row;
    expect('refused' in admission ? admission.refused : 'admitted').toBe(this.#expectedAdmission(before));
    if ('refused' in admission) {
      expect(row).toBe(before);
      expect(admission.retryAfterMs ?? 1).toBeGreaterThan(0);
      return;
    }
    expect(admission.generation).toBe(row.generation);
    expect(row.generation).toBe(before.generation + (row.state === before.state ? 0 : 1));
    if (this.forcedNow !== undefined) expect(admission.probe).toBeUndefined();
    this.calls.push({ permit: admission, leaseUntil: this.now + this.settings.probeLeaseMs });
    expect(this.liveProbes).toBeLessThanOrEqual(this.settings.halfOpenPermits);
  }

  #expectedAdmission(row: BreakerRow): string {
    if (this.forcedNow === 'open') return 'forced_open';
    if (this.throttledUntil > this.now) return 'throttled';
    if (this.forcedNow === 'closed' || row.state === 'closed') return 'admitted';
    if (row.state === 'open') return (row.reopenAt ?? 0) > this.now ? 'open' : 'admitted';
    return this.liveProbes >= this.settings.halfOpenPermits ? 'half_open' : 'admitted';
  }

  settle({ which, verdict, throttleMs, random }: Extract<Command, { kind: 'settle' }>): void {
    const [running] = this.calls.splice(which % Math.max(1, this.calls.length), 1);
    if (running === undefined) return;
    const before = this.row;
    const { permit } = running;
    const current =
      permit.generation === before.generation &&
      (permit.probe === undefined || before.probes.some(({ id }) => id === permit.probe));
    this.row = settle(before, this.now, this.settings, permit, { verdict, throttleMs, error: 'x' }, () => random);
    if (throttleMs !== undefined) {
      this.throttledUntil = Math.max(this.throttledUntil, this.now + Math.min(throttleMs, HOUR_MS));
    }
    if (!current) expect(this.row.probes).toEqual(before.probes);
    else expect(this.row.probes.map(({ id }) => id)).not.toContain(permit.probe);
    const counts = current && this.forcedNow === undefined && verdict !== 'ignored';
    if (!counts) expect(machineOf(this.row)).toEqual(machineOf(before));
    else if (permit.probe !== undefined) this.#checkProbe(before, verdict);
    else if (before.state === 'closed') this.#checkClosed(before, verdict);
  }

  #checkClosed(before: BreakerRow, verdict: string): void {
    this.failuresInRow = verdict === 'failure' ? this.failuresInRow + 1 : 0;
    expect(this.row.failures).toBe(this.failuresInRow);
    if (this.failuresInRow < this.settings.failureThreshold) expect(this.row.state).toBe('closed');
    else this.#checkOpened(before);
  }

  #checkProbe(before: BreakerRow, verdict: string): void {
    if (verdict === 'failure') {
      this.#checkOpened(before);
      return;
    }
    const enough = before.probeSuccesses + 1 >= this.settings.halfOpenPermits;
    expect(this.row.state).toBe(enough ? 'closed' : 'half_open');
    expect(this.row.generation).toBe(before.generation + (enough ? 1 : 0));
    if (enough) this.failuresInRow = 0;
  }

  #checkOpened(before: BreakerRow): void {
    expect(this.row).toMatchObject({ state: 'open', generation: before.generation + 1, probes: [] });
    const ideal = Math.min(this.settings.maxBreakMs, this.settings.breakMs * 2 ** before.opens);
    const breakMs = (this.row.reopenAt ?? 0) - this.now;
    expect(breakMs).toBeGreaterThanOrEqual(Math.floor(ideal * 0.8));
    expect(breakMs).toBeLessThanOrEqual(Math.ceil(ideal * 1.2));
  }

  force(state: 'open' | 'closed', forMs: number | undefined): void {
    const until = forMs === undefined ? null : this.now + forMs;
    this.row = force(this.row, this.now, { state, reason: 'r', owner: 'o', until });
    this.forced = { state, until: until ?? Number.POSITIVE_INFINITY };
  }

  reset(): void {
    this.row = reset(this.row, this.now);
    this.forced = undefined;
    this.throttledUntil = 0;
    this.failuresInRow = 0;
    expect(this.row.state).toBe('closed');
  }

  /** However it got here: once every lease, break and throttle is over, a call goes through, unless it is held open for ever. */
  checkNotOpenForEver(): void {
    if (this.forced?.until === Number.POSITIVE_INFINITY && this.forced.state === 'open') return;
    const longestBreak = this.settings.maxBreakMs * 1.2 + this.settings.breakMs;
    this.now += Math.ceil(longestBreak) + this.settings.probeLeaseMs + 500 + HOUR_MS;
    expect(acquire(this.row, this.now, this.settings, 'last').admission).not.toHaveProperty('refused');
  }
}

/** Everything of a row that decides what happens next, but throttling and permits. */
function machineOf({ state, generation, failures, opens, since, reopenAt, probeSuccesses }: BreakerRow): object {
  return { state, generation, failures, opens, since, reopenAt, probeSuccesses };
}

it('holds its promises in every sequence of calls, results, pauses and controls', { timeout: PATIENCE_MS }, () => {
  const sequence = fc.array(commandArbitrary, { minLength: 5, maxLength: 80, size: 'max' });
  const statesSeen = new Set<string>();
  fc.assert(
    fc.property(settingsArbitrary, sequence, (settings, commands) => {
      const world = new World(settings);
      for (const command of commands) {
        world.run(command);
        statesSeen.add(world.row.state);
      }
      world.checkNotOpenForEver();
    }),
    { numRuns: runs(20_000, 3_000) },
  );
  expect([...statesSeen].sort()).toEqual(['closed', 'half_open', 'open']);
});
