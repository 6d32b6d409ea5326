/**
 * `npm run bench [-- <area> …] [--json FILE] [--report] [--long] [--million]`: measures beside peers in the same run and prints one table per
 * area, in Markdown. An area is named alone or with one of its measurements (`resilience/outage`); without one, all are run. `--report`
 * writes docs/performance.md from the JSON.
 */
import { parseArgs } from 'node:util';
import { measureCalls } from './calls.ts';
import { measureHeap, measureResident } from './footprint.ts';
import { runInFull } from './full-counts.ts';
import { measureBreakerGrowth, measureEventGrowth, measureIntegrationGrowth, measureMemoryGrowth } from './growth.ts';
import { measureKills, measureNdcg, measureParallel, measureProcesses } from './memory.ts';
import { measureSearch } from './memory-search.ts';
import { measurePayment } from './payment.ts';
import type { Report } from './report.ts';
import { areaReport, MEASURED, saveReport, writePage } from './report.ts';
import { resilienceMeasurements } from './resilience/index.ts';
import type { Row } from './row.ts';
import { markdownTable, ratioRow } from './row.ts';
import { measureSimulatorRate, measureSimulatorStart } from './simulator.ts';
import { measureStartup } from './startup.ts';
import { measureDelivery } from './webhook-delivery.ts';
import { measureSendgrid, measureStandardWebhooks, measureStripe } from './webhooks.ts';

const WEBHOOK_ROUNDS = 12;
/** How long sustained loads last, in seconds. */
const SHORT_S = 9;
const LONG_S = 300;
const SHORT_CALLS = 10_000;
const LONG_CALLS = 50_000;

type Measurements = Readonly<Record<string, () => Promise<Row[]>>>;

const areas: Readonly<Record<string, Measurements>> = {
  startup: {
    initialize: measureStartup,
    resident: measureResident,
    heap: () => measureHeap(values.long ? LONG_CALLS : SHORT_CALLS),
  },
  calls: { 'round-trip': measureCalls, payment: measurePayment },
  resilience: resilienceMeasurements,
  memory: {
    relevance: () => measureNdcg(values.retrieval),
    'search-10k': () => measureSearch(10_000),
    'search-100k': () => measureSearch(100_000),
    'search-1m': async () => (values.million ? measureSearch(1_000_000) : []),
    parallel: measureParallel,
    processes: measureProcesses,
    kill: measureKills,
  },
  growth: {
    memories: () => measureMemoryGrowth([1_000, 10_000, 100_000, ...(values.million ? [1_000_000] : [])]),
    events: () => measureEventGrowth([1_000, 10_000, 100_000, ...(values.long ? [1_000_000] : [])]),
    breakers: measureBreakerGrowth,
    integrations: measureIntegrationGrowth,
  },
  simulator: { start: measureSimulatorStart, rate: measureSimulatorRate },
  'full-counts': {
    breaker: () =>
      runInFull('test/unit/resilience/breaker-state.property.test.ts', 'breaker against its model, 20,000 sequences'),
    oracles: () =>
      runInFull('test/integration/webhooks/oracles.test.ts', 'webhooks against their libraries, 100,000 cases'),
    payments: () =>
      runInFull('test/e2e/payments-under-fire.test.ts', 'one payment 100 times over 10 restarts; 200 payments killed'),
    deliveries: () =>
      runInFull(
        'test/integration/webhooks/listener-crash.test.ts',
        'effects of 1,000 events, 50 deliveries each, kill -9',
      ),
    fuzz: () => runInFull('test/integration/webhooks/fuzz.test.ts', 'hostile webhooks, 1,000,000 deliveries'),
  },
  webhooks: {
    stripe: async () => [ratioRow(await measureStripe(WEBHOOK_ROUNDS), 'µs', 0.73, 'stripe, verifyHeader')],
    'standard-webhooks': async () => [
      ratioRow(await measureStandardWebhooks(WEBHOOK_ROUNDS), 'µs', 0.19, 'standardwebhooks, verify'),
    ],
    sendgrid: async () => [
      ratioRow(await measureSendgrid(WEBHOOK_ROUNDS), 'µs', 1.12, 'node:crypto alone, key parsed once'),
    ],
    delivery: () => measureDelivery(values.long ? LONG_S : SHORT_S),
  },
};

/** What the arguments ask for. */
function select(names: readonly string[]): [area: string, name: string, measure: () => Promise<Row[]>][] {
  const all = Object.entries(areas).flatMap(([area, measurements]) =>
    Object.entries(measurements).map(([name, measure]) => [area, name, measure] as const),
  );
  const chosen = (area: string, name: string) => names.includes(area) || names.includes(`${area}/${name}`);
  const known = new Set(all.flatMap(([area, name]) => [area, `${area}/${name}`]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}". Known: ${[...known].join(', ')}.`);
  return all.filter(([area, name]) => names.length === 0 || chosen(area, name)).map((each) => [...each]);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    long: { type: 'boolean' },
    million: { type: 'boolean' },
    report: { type: 'boolean' },
    retrieval: { type: 'string' },
  },
});

async function measure(names: readonly string[]): Promise<Report> {
  const rows: Record<string, Row[]> = {};
  for (const [area, name, measurement] of select(names)) {
    console.error(`${area}/${name} …`);
    const measured = await measurement().catch((thrown: unknown) => {
      // The others are still worth having.
      console.error(thrown);
      process.exitCode = 1;
      return [];
    });
    rows[area] = [...(rows[area] ?? []), ...measured];
  }
  return Object.fromEntries(Object.entries(rows).map(([area, measured]) => [area, areaReport(measured)]));
}

// The page alone needs no measuring.
const report = values.report && positionals.length === 0 ? {} : await measure(positionals);
for (const [area, { rows }] of Object.entries(report)) console.log(`\n## ${area}\n\n${markdownTable(rows)}`);
const file = values.json ?? (values.report ? MEASURED : undefined);
if (file !== undefined) saveReport(file, report);
if (values.report) writePage(file ?? MEASURED);
