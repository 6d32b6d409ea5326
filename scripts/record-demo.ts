/** Runs the demo, as built, and puts what it printed into README.md. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const WIDTH = 170;
const { stdout, status } = spawnSync(process.execPath, ['bin/breakwater.mjs', 'demo'], { encoding: 'utf8' });
if (status !== 0) throw new Error(`The demo failed:\n${stdout}`);
const lines = stdout
  .trim()
  .split('\n')
  .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line));
const recording = `\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`;
const readme = readFileSync('README.md', 'utf8');
const [open, close] = ['<!-- recorded:demo -->', '<!-- /recorded:demo -->'];
const [start, end] = [readme.indexOf(open) + open.length, readme.indexOf(close)];
writeFileSync('README.md', `${readme.slice(0, start)}${recording}${readme.slice(end)}`);
