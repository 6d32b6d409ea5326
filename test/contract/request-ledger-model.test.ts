import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Beginning, RequestEnd, RequestLedger, RequestRecord } from '../../src/integrations/request-ledger.ts';
import type { LedgerSetup } from './request-ledgers.ts';
import { LEASE_MS, openLedgers, plan } from './request-ledgers.ts';

type State = RequestEnd['state'];

/** A call that was told to send, in one of two processes. */
interface Holder {
  ledger: RequestLedger;
  record: RequestRecord;
}

/** One reference as it really is: who sends, what the service did, and what the ledger may therefore say. */
class World {
  readonly #setup: LedgerSetup;
  readonly #reference: string;
  /** Calls that may still send and report. */
  #holders: Holder[] = [];
  /** The one whose lease has not been taken over. */
  #current: Holder | undefined;
  /** The key that went out, while nobody knows that it had no effect. */
  #openKey: string | undefined;
  readonly #executed = new Set<string>();
  #answer: { id: string } | undefined;

  constructor(setup: LedgerSetup, reference: string) {
    this.#setup = setup;
    this.#reference = reference;
  }

  async begin(side: 'ledger' | 'other', amount: number): Promise<void> {
    const ledger = this.#setup[side];
    const isHeld = this.#current !== undefined && this.#setup.clock.time < (this.#current.record.leaseUntil ?? 0);
    const planned = plan({ reference: this.#reference, arguments: { amount }, allowDuplicate: true });
    const beginning: Beginning | 'conflict' = await ledger
      .begin(planned)
      .catch((thrown: { code: 'conflict' }) => thrown.code);
    if (beginning === 'conflict') return expect(this.#openKey ?? this.#answer).toBeDefined();
    if (this.#answer !== undefined)
      return expect(beginning).toMatchObject({ kind: 'replay', record: { answer: this.#answer } });
    expect(beginning.kind).toBe(isHeld ? 'wait' : 'send');
    if (beginning.kind === 'send') this.#send({ ledger, record: beginning.record });
  }

  #send(holder: Holder): void {
    expect(holder.record.idempotencyKey).toBe(this.#openKey ?? holder.record.idempotencyKey);
    this.#openKey = holder.record.idempotencyKey;
    this.#current = holder;
    this.#holders.push(holder);
  }

  /** The request of some call arrives at the service. */
  deliver(index: number): void {
    const key = this.#pick(index)?.record.idempotencyKey;
    if (key !== undefined && key === this.#openKey) this.#executed.add(key);
    expect(this.#executed.size).toBeLessThanOrEqual(1);
  }

  /** Some call reports how it ended: it may know less than the truth, and nothing that is not true. */
  async report(index: number, wanted: State): Promise<void> {
    const holder = this.#pick(index);
    if (holder === undefined) return;
    this.#holders = this.#holders.filter((other) => other !== holder);
    const state = this.#known(holder.record.idempotencyKey, wanted);
    const answer = { id: `made-with-${holder.record.idempotencyKey}` };
    await holder.ledger.end(holder.record, { state, ...(state === 'executed' ? { answer } : {}), attempts: 1 });
    if (state === 'executed') this.#answer ??= answer;
    if (holder !== this.#current) return;
    this.#current = undefined;
    if (state === 'failed') this.#settle();
  }

  #known(key: string, wanted: State): State {
    const happened = this.#executed.has(key);
    if (wanted === 'executed' && !happened) return 'unknown';
    return wanted === 'failed' && happened ? 'executed' : wanted;
  }

  /** The service refused the key for good: whatever was under way with it is refused too. */
  #settle(): void {
    this.#openKey = undefined;
    this.#holders = [];
  }

  /** The process of the current holder dies. */
  async crash(): Promise<void> {
    if (this.#current === undefined || this.#answer !== undefined) return;
    await this.#setup.killOwner(this.#current.record);
    this.#holders = this.#holders.filter((other) => other !== this.#current);
    this.#current = undefined;
  }

  wait(ms: number): void {
    this.#setup.clock.time += ms;
  }

  #pick(index: number): Holder | undefined {
    return this.#holders[index % Math.max(1, this.#holders.length)];
  }
}

type Step = readonly [what: string, apply: (world: World) => void | Promise<void>];

const index = fc.nat(3);
const beginnings = fc
  .tuple(fc.constantFrom('ledger' as const, 'other' as const), fc.constantFrom(1050, 1050, 2000))
  .map(([side, amount]): Step => [`begin ${amount} in ${side}`, (world) => world.begin(side, amount)]);
const deliveries = index.map((which): Step => [`deliver ${which}`, (world) => world.deliver(which)]);
const reports = fc
  .tuple(index, fc.constantFrom<State>('executed', 'failed', 'unknown'))
  .map(([which, state]): Step => [`${which} reports ${state}`, (world) => world.report(which, state)]);
const waits = fc.constantFrom(1, LEASE_MS, 25 * 3_600_000).map((ms): Step => [`wait ${ms}`, (world) => world.wait(ms)]);
const steps = fc.oneof(
  { weight: 5, arbitrary: beginnings },
  { weight: 2, arbitrary: deliveries },
  { weight: 4, arbitrary: reports },
  { weight: 1, arbitrary: fc.constant<Step>(['crash', (world) => world.crash()]) },
  { weight: 2, arbitrary: waits },
);

it('never has two keys under way and never leaves an answer, whatever happens in whatever order', async () => {
  const setup = openLedgers();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 24 }), async (script) => {
      runs += 1;
      const world = new World(setup, `run-${runs}`);
      for (const [, apply] of script) await apply(world);
    }),
    { numRuns: 300 },
  );
});
