import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../src/commands/failure.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { callCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/server-process.ts';

/** The one line that a program reads from standard error. */
async function failOf(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = await callCommand(folder, [...args, '--json']);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return { status, ...(JSON.parse(stderr) as { code: string; message: string; hint?: string }) };
}

describe('a failure with --json', () => {
  it.each([
    [['webhooks', 'list', '--limit', '0'], 'whole number from 1 to 100'],
    [['webhooks', 'list', '--status', 'lost'], 'Allowed choices'],
    [['doctr'], 'unknown command'],
    [['breakers', 'open'], "missing required argument 'integration'"],
    [['webhooks'], "unknown option '--json'"],
    [['simulate', 'stripe', '--webhook', 'http://127.0.0.1:1/'], 'go together'],
  ])('is JSON for %j too, with exit code 2', async (args, words) => {
    expect(await failOf(temporaryFolder(), ...args)).toEqual({
      status: 2,
      code: 'invalid_input',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('--help'),
    });
  });

  it.each([
    ['webhooks', 'verify', '--provider', 'stripe', '--body', 'nope'],
    ['memory', 'import', 'nope'],
    ['memory', 'export', 'nope/x'],
  ])('says of a file that is not there which, and what to do: %s %s', async (...args) => {
    expect(await failOf(temporaryFolder(), ...args)).toMatchObject({
      status: 1,
      code: 'invalid_input',
      message: expect.stringMatching(/^There is no such file or folder: nope/),
      hint: expect.any(String),
    });
  });

  it('says that a folder is none', async () => {
    const folder = temporaryFolder();
    const verify = ['webhooks', 'verify', '--provider', 'stripe', '--body', folder];
    expect(await failOf(folder, ...verify)).toMatchObject({ code: 'invalid_input', hint: 'Name a file in it.' });
    expect(await failOf(folder, 'memory', 'import', folder)).toMatchObject({ hint: 'Name a file in it.' });
  });

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'body.json');
    writeFileSync(file, '{}');
    chmodSync(file, 0o000);
    expect(await failOf(folder, 'memory', 'import', file)).toMatchObject({
      code: 'invalid_input',
      hint: 'Change its permissions, or name another place.',
    });
  });
});

it('says how to go on when the disk is full', () => {
  const thrown = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(describeFailure(thrown, new Redactor())).toEqual({
    code: 'invalid_input',
    message: 'The disk is full.',
    hint: 'Make room, or name a place on another disk.',
  });
});

it('never repeats a secret that stood where another argument belongs', async () => {
  const key = ['sk', 'live', '51H8abcdefghijklmnopqrst'].join('_');
  for (const json of [[], ['--json']]) {
    const { status, stderr } = await callCommand(temporaryFolder(), ['webhooks', 'list', '--limit', key, ...json]);
    expect(status).toBe(2);
    expect(stderr).toContain('whole number');
    expect(stderr).not.toContain(key);
  }
});
