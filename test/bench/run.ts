/** `npm run bench`: prints each comparison as medians and as the ratio, pair by pair, with its spread. */
import { benchMemory } from './memory.ts';
import { measureStartup } from './startup.ts';
import { median, ratios } from './statistics.ts';

if (process.argv[2] === 'memory') await benchMemory(process.argv.slice(3)).then(() => process.exit());

const ROUNDS = 12;
const comparisons = [{ bar: 1.3, against: 'one-tool server, bundled, same SDK', result: await measureStartup(ROUNDS) }];

console.log('| measure | ours | peer | ratio (min to max) | bar | against |\n|---|---|---|---|---|---|');
for (const { bar, against, result } of comparisons) {
  const ratio = ratios(result);
  const spread = `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`;
  const [ours, peer] = [median(result.ours).toFixed(1), median(result.peer).toFixed(1)];
  console.log(`| ${result.what} | ${ours} | ${peer} | ${spread} | ${bar} | ${against} |`);
}
