import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../../src/core/log.ts';
import { createLog, silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';

const SECRET = 'sk_live_Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1';

function openLog(level: LogLevel) {
  const redactor = new Redactor();
  const lines: string[] = [];
  return { redactor, lines, log: createLog(level, redactor, (line) => lines.push(line)) };
}

describe('createLog', () => {
  it('writes one line of JSON per entry, with time, level and process', () => {
    const { log, lines } = openLog('info');
    log.info({ tool: 'x', text: 'two\nlines' }, 'called');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      pid: process.pid,
      tool: 'x',
      text: 'two\nlines',
      msg: 'called',
    });
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at level %s writes %i of the four kinds', (level, count) => {
    const { log, lines } = openLog(level);
    for (const kind of ['debug', 'info', 'warn', 'error'] as const) log[kind]({}, kind);
    expect(lines).toHaveLength(count);
  });

  it('lets no secret pass, wherever it stands', () => {
    const { log, lines, redactor } = openLog('info');
    redactor.learn('correct "horse"');
    const error = new Error(`failed with ${SECRET}`);
    log.error(
      { [SECRET]: 1, deep: [{ key: `line\n${SECRET}` }], err: error, stack: error.stack, url: `x?k=${SECRET}` },
      SECRET,
    );
    log.info({ value: 'a correct "horse" b' }, 'correct "horse"');
    expect(lines.join('')).not.toContain('Zq7Xw2');
    expect(lines.join('')).not.toContain('horse');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ value: 'a [redacted] b', msg: '[redacted]' });
  });

  it('does not fail on what JSON cannot hold', () => {
    const { log, lines } = openLog('info');
    const circle: Record<string, unknown> = { size: 10n, missing: undefined, run: () => 1 };
    circle['self'] = circle;
    log.info({ circle }, 'circle');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'circle' });
  });
});

it('the silent log does nothing', () => {
  for (const kind of ['debug', 'info', 'warn', 'error'] as const) expect(silentLog[kind]({}, 'x')).toBeUndefined();
});
