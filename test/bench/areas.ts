import { measureCalls } from './calls.ts';
import { measureHeap, measureResident } from './footprint.ts';
import { runInFull } from './full-counts.ts';
import { growthMeasurements } from './growth/index.ts';
import { measureKills, measureNdcg, measureParallel, measureProcesses } from './memory.ts';
import { measureSearch } from './memory-search.ts';
import { measurePayment } from './payment.ts';
import { resilienceMeasurements } from './resilience/index.ts';
import type { Row } from './row.ts';
import { measureSimulatorRate, measureSimulatorStart } from './simulator.ts';
import { measureStartup } from './startup.ts';
import { measureDelivery } from './webhook-delivery.ts';
import { measureSendgrid, measureStandardWebhooks, measureStripe } from './webhooks.ts';

/** What only some runs take the time for, or have the data for. */
export interface Effort {
  /** Sustained loads of five minutes. */
  long: boolean;
  /** Sizes up to a million. */
  million: boolean;
  /** Folder of retrieval sets. */
  retrieval: string | undefined;
}

/** Without rows, what the effort does not pay for. */
export type Measurement = (effort: Effort) => Promise<Row[]>;

/** A section of the page. */
export interface Area {
  title: string;
  about: string;
  measurements: Readonly<Record<string, Measurement>>;
}

/** In the order of the page. */
export const areas: Readonly<Record<string, Area>> = {
  startup: {
    title: 'Start and memory',
    about: 'From spawn to the answer to `initialize`, and what the process holds.',
    measurements: { initialize: measureStartup, resident: measureResident, heap: measureHeap },
  },
  calls: {
    title: 'Calls and payments',
    about:
      'Through a pipe to a server in a process of its own. `breaker_status` is the tool of ours with the least to do, `echo` does nothing.',
    measurements: { 'round-trip': measureCalls, payment: measurePayment },
  },
  resilience: {
    title: 'Pipeline',
    about: 'See [resilience.md](resilience.md) for what each part does.',
    measurements: resilienceMeasurements,
  },
  webhooks: {
    title: 'Webhooks',
    about:
      'See [webhooks.md](webhooks.md). Verifying is the CPU time of this process for an event of 1.5 KB, given as bytes; where a library has no such form, what it does besides is said.',
    measurements: {
      stripe: measureStripe,
      'standard-webhooks': measureStandardWebhooks,
      sendgrid: measureSendgrid,
      delivery: measureDelivery,
    },
  },
  memory: {
    title: 'Memory',
    about:
      'See [memory.md](memory.md). The `recall` server is no peer here: it is not in the registry, and needs a Redis server and an embeddings service.',
    measurements: {
      relevance: measureNdcg,
      'search-10k': () => measureSearch(10_000),
      'search-100k': () => measureSearch(100_000),
      'search-1m': async ({ million }) => (million ? measureSearch(1_000_000) : []),
      parallel: measureParallel,
      processes: measureProcesses,
      kill: measureKills,
    },
  },
  growth: {
    title: 'Growth',
    about:
      'What one operation costs when there is more and more. All sizes are filled first and then measured in turn, in process, after a round that does not count; `peer` is ours at the smaller size. Both axes of the plots are logarithmic: what grows in proportion is a line of slope one, what is constant a level line.',
    measurements: growthMeasurements,
  },
  simulator: {
    title: 'Simulators',
    about: 'See [simulator.md](simulator.md).',
    measurements: { start: measureSimulatorStart, rate: measureSimulatorRate },
  },
  'full-counts': {
    title: 'Tests at full count',
    about: 'Tests whose counts `npm test` reduces.',
    measurements: {
      breaker: runInFull(
        'test/unit/resilience/breaker-state.property.test.ts',
        'breaker against its model, 20,000 sequences',
      ),
      oracles: runInFull(
        'test/integration/webhooks/oracles.test.ts',
        'differential test of webhooks against their libraries, 100,000 random cases',
      ),
      fuzz: runInFull(
        'test/integration/webhooks/fuzz.test.ts',
        '1,000,000 fuzzed webhook headers and bodies: throws, false accepts',
      ),
      seeded: runInFull(
        'test/unit/webhooks/seeded-failures.test.ts',
        'seeded webhook failures of over 80 kinds, at least 95 % diagnosed',
      ),
      deliveries: runInFull(
        'test/integration/webhooks/listener-crash.test.ts',
        '1,000 deliveries, 50 duplicates each, shuffled, `kill -9` in the middle: effects not exactly once',
      ),
      orders: runInFull('test/contract/event-effects.test.ts', 'same final state for all 24 orders of four events'),
      payments: runInFull(
        'test/e2e/payments-under-fire.test.ts',
        'one payment 100 times over 10 restarts; 200 payments killed at random',
      ),
    },
  },
};

/** The measurements that arguments name: an area, or one of its measurements (`resilience/outage`); without any, all. */
export function select(names: readonly string[]): [area: string, name: string, measure: Measurement][] {
  const all = Object.entries(areas).flatMap(([area, { measurements }]) =>
    Object.entries(measurements).map(([name, measure]): [string, string, Measurement] => [area, name, measure]),
  );
  const known = new Set(all.flatMap(([area, name]) => [area, `${area}/${name}`]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}". Known: ${[...known].join(', ')}.`);
  return all.filter(([area, name]) => names.length === 0 || names.includes(area) || names.includes(`${area}/${name}`));
}
