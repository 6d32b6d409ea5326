import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { Confirmations } from '../../../src/tools/confirmation.ts';

const T = Date.UTC(2026, 10, 23, 12, 0, 0);
const MESSAGE = 'Refund 5.00 EUR in LIVE mode';
const SUBJECT = { integration: 'stripe', input: { amount: 500 } };

function open() {
  const clock = { time: T, now: () => clock.time };
  const confirmations = new Confirmations(clock);
  const confirm = (token: string | undefined, subject: unknown = SUBJECT) =>
    confirmations.confirm({ message: MESSAGE, subject, token }, undefined);
  return { clock, confirmations, confirm };
}

/** The token in a refusal. */
async function tokenOf(refused: Promise<void>): Promise<string> {
  const error = await refused.catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('not refused');
  return String(error.details?.['confirm_token']);
}

describe('a client that can ask', () => {
  it('consents when the person accepts', async () => {
    const elicit = vi.fn(async () => 'accept' as const);
    await open().confirmations.confirm({ message: MESSAGE, subject: SUBJECT, token: undefined }, elicit);
    expect(elicit).toHaveBeenCalledExactlyOnceWith({ message: MESSAGE, subject: SUBJECT });
  });

  it.each([
    'decline',
    'cancel',
  ] as const)('refuses when the person answers %s, even with a valid token', async (answer) => {
    const { confirmations, confirm } = open();
    const token = await tokenOf(confirm(undefined));
    const refused = confirmations.confirm({ message: MESSAGE, subject: SUBJECT, token }, async () => answer);
    await expect(refused).rejects.toMatchObject({
      code: 'not_allowed',
      message: `The person did not agree (${answer}). Nothing was sent.`,
      outcome: 'not_executed',
      details: undefined,
    });
  });

  it('refuses when asking fails', async () => {
    const failure = new Error('the client went away');
    const refused = open().confirmations.confirm({ message: MESSAGE, subject: SUBJECT, token: undefined }, () =>
      Promise.reject(failure),
    );
    await expect(refused).rejects.toBe(failure);
  });
});

describe('a client that cannot ask', () => {
  it('gets a token with the first refusal, and consents with it', async () => {
    const { confirm } = open();
    const refused = confirm(undefined);
    await expect(refused).rejects.toMatchObject({
      code: 'not_allowed',
      message: `This needs a second look: ${MESSAGE}`,
      details: { confirm_token: expect.stringMatching(/^\d+\.[\w-]{43}$/), expires_at: '2026-11-23T12:05:00.000Z' },
    });
    await expect(confirm(await tokenOf(refused))).resolves.toBeUndefined();
  });

  it('binds the token to the exact subject', async () => {
    const { confirm } = open();
    const token = await tokenOf(confirm(undefined));
    for (const subject of [{ ...SUBJECT, input: { amount: 501 } }, {}, null, 'x']) {
      await expect(confirm(token, subject)).rejects.toMatchObject({
        code: 'not_allowed',
        details: { problem: 'The given token has expired or belongs to other arguments.' },
      });
    }
  });

  it('lets the token expire after five minutes', async () => {
    const { confirm, clock } = open();
    const token = await tokenOf(confirm(undefined));
    clock.time = T + 300_000;
    await expect(confirm(token)).resolves.toBeUndefined();
    clock.time = T + 300_001;
    await expect(confirm(token)).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('takes no token that was changed, invented or given out by another process', async () => {
    const { confirm } = open();
    const token = await tokenOf(confirm(undefined));
    const [expiry = '', mac = ''] = token.split('.');
    const foreign = await tokenOf(open().confirm(undefined));
    const flipped = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
    const forged = [
      '',
      '.',
      expiry,
      `${expiry}.`,
      `${Number(expiry) + 1}.${mac}`,
      `${expiry}.${flipped}`,
      `${token}x`,
      ` ${token}`,
      `NaN.${mac}`,
      `Infinity.${mac}`,
      `9e99.${mac}`,
      foreign,
      'é'.repeat(token.length),
    ];
    for (const token of forged) await expect(confirm(token), token).rejects.toMatchObject({ code: 'not_allowed' });
  });
});
