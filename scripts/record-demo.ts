/** Runs the demo, as built, puts what it printed into README.md and draws docs/images/demo.svg from it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { demoPicture } from './demo-picture.ts';

const WIDTH = 170;
const { stdout, status } = spawnSync(process.execPath, ['bin/breakwater.mjs', 'demo'], { encoding: 'utf8' });
if (status !== 0) throw new Error(`The demo failed:\n${stdout}`);
mkdirSync('docs/images', { recursive: true });
writeFileSync('docs/images/demo.svg', demoPicture(stdout.trim().split('\n')));
const lines = stdout
  .trim()
  .split('\n')
  .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line));
const recording = `\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`;
const readme = readFileSync('README.md', 'utf8');
const [open, close] = ['<!-- recorded:demo -->', '<!-- /recorded:demo -->'];
const [start, end] = [readme.indexOf(open) + open.length, readme.indexOf(close)];
writeFileSync('README.md', `${readme.slice(0, start)}${recording}${readme.slice(end)}`);
