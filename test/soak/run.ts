/**
 * `npm run soak [-- --seconds 1200] [--kill-every 30] [--seed N] [--fuzz]`: four servers on one database under load, faults and kills;
 * with --fuzz also every fuzz test with its full counts. Exits with 1 when a promise was broken.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1200' },
    'kill-every': { type: 'string', default: '30' },
    seed: { type: 'string' },
    fuzz: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const [seconds, killEverySeconds] = [Number(values.seconds), Number(values['kill-every'])];
if (![seed, seconds, killEverySeconds].every((value) => Number.isFinite(value) && value >= 0)) {
  throw new Error('--seconds, --kill-every and --seed take numbers.');
}

console.log(`${seconds} s, a kill every ${killEverySeconds} s, seed ${seed}`);
const facts = await soak({ seconds, killEverySeconds, seed, report: (line) => console.log(line) });
console.table(Object.fromEntries([...facts.calls].sort(([a], [b]) => (a < b ? -1 : 1))));
const { memories, payments, refunds, customers, mails, events, kills, problems } = facts;
console.log(
  `${kills} kills; ${memories.size} memories, ${payments.size} payments, ${refunds.size} refunds, ${customers.size} customers, ${mails.size} mails, ${events.size} events`,
);
for (const problem of problems) console.log(`✗ ${problem}`);
const fuzzed = values.fuzz ? fuzz() : 0;
console.log(problems.length === 0 ? '✓ nothing lost, nothing twice, nothing grown' : `✗ seed ${seed} repeats it`);
process.exitCode = problems.length === 0 && fuzzed === 0 ? 0 : 1;

function fuzz(): number {
  const tests = ['test/fuzz', 'test/integration/webhooks/fuzz.test.ts'];
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    stdio: 'inherit',
    env: { ...process.env, BREAKWATER_FULL: '1' },
  });
  return status ?? 1;
}
