import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { mailEvents } from '../../src/event-reports.ts';
import type { SentMail } from '../../src/mail/mail-service.ts';
import { stripeIntegration } from '../support/stripe-integration.ts';

const ADDRESSES = { from: 'shop@example.com', to: 'owner@example.com' };
const NOTE = {
  workspace: '/projects/shop',
  integration: 'stripe',
  claim: 'evt_1',
  eventId: 'evt_1',
  type: 'payment_intent.succeeded',
  subject: 'pi_1',
  note: 'pi_1 succeeded',
  occurredAt: 1_800_000_000_000,
};
const SENT: SentMail = { accepted: true, messageId: 'm-1', sandbox: false, replayed: false, deliveries: [] };

/** What the log tells of one event, as level and message; with its cause where it has one. */
async function tell(send: () => Promise<SentMail>, on_mail: unknown = ADDRESSES): Promise<string[][]> {
  const lines: string[][] = [];
  const write =
    (level: string): Log['info'] =>
    (fields, message) =>
      lines.push([level, message, ...('cause' in fields ? [String(fields.cause)] : [])]);
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const integrations = { get: async () => stripeIntegration({ settings: { on_mail } }) };
  await mailEvents({ mail: { send }, integrations, log })(NOTE);
  return lines;
}

describe('the mail of an event', () => {
  it('is logged as sent, or as only checked', async () => {
    expect(await tell(async () => SENT)).toEqual([['info', 'an event was told by mail']]);
    expect(await tell(async () => ({ ...SENT, accepted: false, sandbox: true }))).toEqual([
      ['info', 'the mail of an event was checked in the sandbox only'],
    ]);
  });

  it.each([
    ['a refusal', new AppError('not_allowed', 'Nobody is there to consent.'), 'Nobody is there to consent.'],
    ['a fault of ours', new TypeError('x is not a function'), 'x is not a function'],
  ])('tells %s by its own name, and is done', async (_what, thrown, cause) => {
    expect(await tell(() => Promise.reject(thrown))).toEqual([['warn', 'an event was not told by mail', cause]]);
  });

  it('tells a setting that is not valid', async () => {
    const cause = 'settings.on_mail {from, to} is missing or not valid.';
    expect(await tell(async () => SENT, { from: 'nobody' })).toEqual([
      ['warn', 'an event was not told by mail', cause],
    ]);
  });

  it('is left for later while a repeat can mend it', async () => {
    await expect(tell(() => Promise.reject(new AppError('unavailable', 'No answer.')))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
