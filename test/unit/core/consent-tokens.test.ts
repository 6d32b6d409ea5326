import { describe, expect, it } from 'vitest';
import { ConsentTokens } from '../../../src/core/consent-tokens.ts';

const T = Date.UTC(2026, 10, 23, 12, 0, 0);
const SUBJECT = ['Agree?', { allow: ['GET /v1/*'] }];

function open() {
  const clock = { time: T, now: () => clock.time };
  return { clock, tokens: new ConsentTokens(clock) };
}

describe('a token for one use', () => {
  it('counts once', () => {
    const { tokens } = open();
    const token = tokens.issueOnce(SUBJECT, 1_000);
    expect(tokens.redeem(token, SUBJECT)).toBe(true);
    expect(tokens.redeem(token, SUBJECT)).toBe(false);
  });

  it('is not used up by another subject, and never valid for it', () => {
    const { tokens } = open();
    const token = tokens.issueOnce(SUBJECT, 1_000);
    expect(tokens.redeem(token, ['Agree?', { allow: ['DELETE /*'] }])).toBe(false);
    expect(tokens.redeem(token, SUBJECT)).toBe(true);
  });

  it('ends, also when it was used', () => {
    const { clock, tokens } = open();
    const [used, late] = [tokens.issueOnce(SUBJECT, 1_000), tokens.issueOnce(SUBJECT, 1_000)];
    expect(tokens.redeem(used, SUBJECT)).toBe(true);
    clock.time = T + 1_001;
    expect([tokens.redeem(late, SUBJECT), tokens.redeem(used, SUBJECT)]).toEqual([false, false]);
  });

  it('differs each time, and is worth nothing changed or elsewhere', () => {
    const { tokens } = open();
    const token = tokens.issueOnce(SUBJECT, 1_000);
    expect(tokens.issueOnce(SUBJECT, 1_000)).not.toBe(token);
    const later = token.replace(String(T + 1_000), String(T + 9_000));
    for (const forged of ['', '.', later, `${token}x`, `-${token}`, open().tokens.issueOnce(SUBJECT, 1_000)]) {
      expect(tokens.redeem(forged, SUBJECT), forged).toBe(false);
    }
  });
});
