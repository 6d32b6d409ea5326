import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sendgridEvents } from '../../../src/integrations/sendgrid/events.ts';
import { MailEffects, parseEvents } from '../../../src/mail/mail-effects.ts';
import type { AppliedEvents, MailEvent, MailLedger } from '../../../src/mail/mail-ledger.ts';
import type { LoggedEvent } from '../../../src/webhooks/event-log.ts';

const EVENT = {
  email: 'Ada@Example.com',
  timestamp: 1_800_000_000,
  event: 'bounce',
  sg_event_id: 'event-1',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  breakwater_mail: 'mail-1',
  reason: '550 unknown user',
};
const bytes = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\r\n`);

/** Effects on a ledger that answers with the counts and remembers what it was given. */
function effects(counts: Partial<AppliedEvents> = {}) {
  const given: MailEvent[][] = [];
  const apply: MailLedger['apply'] = async (_workspace, events) => {
    given.push([...events]);
    return { applied: 0, known: 0, foreign: 0, ...counts };
  };
  const none = async () => undefined;
  const ledger: MailLedger = { apply, plan: none, end: none, get: none, prune: async () => 0 };
  const run = (body: Buffer, provider = 'sendgrid') =>
    new MailEffects(ledger).apply({ workspace: '/projects/shop', provider, body } as LoggedEvent);
  return { run, given };
}

describe('events of SendGrid', () => {
  it('say which mail, whose copy, what and when', () => {
    expect(parseEvents(bytes([EVENT]))).toEqual([
      {
        eventId: 'event-1',
        mailId: 'mail-1',
        messageId: '14c5d75ce93',
        recipient: 'ada@example.com',
        state: 'bounce',
        at: 1_800_000_000_000,
      },
    ]);
  });

  it('are understood as the catalogue shows them', () => {
    const text = (length: number) => 'x'.repeat(length);
    const context = { seconds: 1_800_000_000, iso: '', text, uuid: () => 'u' };
    for (const [type, { example }] of Object.entries(sendgridEvents.types)) {
      const events = parseEvents(bytes(example(context)));
      expect(events.length, type).toBeGreaterThan(0);
    }
  });

  it('of another shape are left out, and those beside them are not', () => {
    const odd = [
      null,
      7,
      'text',
      {},
      { ...EVENT, event: 'constructor' },
      { ...EVENT, sg_event_id: '' },
      { ...EVENT, email: 7 },
    ];
    expect(parseEvents(bytes([...odd, EVENT, { ...EVENT, sg_message_id: 7, breakwater_mail: {} }]))).toMatchObject([
      { mailId: 'mail-1' },
      { mailId: undefined, messageId: undefined },
    ]);
  });

  it('never throw, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (body) => void parseEvents(Buffer.from(body))));
    fc.assert(fc.property(fc.json(), (body) => void parseEvents(Buffer.from(body))));
  });
});

describe('effects on mails', () => {
  it.each<[Partial<AppliedEvents>, string]>([
    [{ applied: 1, known: 2, foreign: 3 }, 'applied'],
    [{ known: 2, foreign: 3 }, 'already_applied'],
    [{ foreign: 3 }, 'ignored'],
  ])('%j are %s', async (counts, result) => {
    expect(await effects(counts).run(bytes([EVENT]))).toMatchObject({ result });
  });

  it('are none for other providers and for what holds no event', async () => {
    const { run, given } = effects({ applied: 1 });
    expect(await run(bytes([EVENT]), 'stripe')).toMatchObject({ result: 'ignored' });
    expect(await run(bytes([]))).toMatchObject({ result: 'ignored' });
    expect(await run(Buffer.from('not JSON'))).toMatchObject({ result: 'ignored' });
    expect(given).toEqual([]);
  });
});
