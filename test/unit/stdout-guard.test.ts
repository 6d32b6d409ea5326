import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const GUARD = resolve(import.meta.dirname, '../../src/stdout-guard.ts');

/** Writes in three turns, and tells at the end in what pieces that reached the real standard output. */
const PROGRAM = `
  const pieces = [];
  const real = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...rest) => { pieces.push(text); return real(text, ...rest); };
  const { protocolOutput } = await import(${JSON.stringify(GUARD)});
  const turn = (...texts) => Promise.all(texts.map((text) => new Promise((done) => protocolOutput.write(text, done))));
  for (let waiting = 0; waiting < 20; waiting += 1) protocolOutput.once('drain', () => {});
  await turn('1,', 'zwölf,');
  await turn('3,', '4,', '5,');
  await turn('6');
  process.stdout.write('not for the client');
  process.stderr.write(JSON.stringify(pieces));
`;

it('passes on what is written in one turn as one piece, in order, and nothing of other writers or warnings', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { encoding: 'utf8' });
  expect(stdout).toBe('1,zwölf,3,4,5,6');
  expect(stderr).toBe('not for the client["1,zwölf,","3,4,5,","6"]');
});
