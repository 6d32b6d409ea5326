import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { buildMail } from '../../../src/mail/build-mail.ts';
import type { MailMessage } from '../../../src/mail/mail-message.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const FRAME = { attachments: [], mailId: 'mail-1', sandbox: false, now: NOW };
const MESSAGE: MailMessage = {
  from: 'Shop <shop@example.com>',
  to: ['Ada Lovelace <ada@example.com>', 'bob@example.com'],
  subject: 'Receipt',
  text: 'Thank you',
};
const DYNAMIC = 'd-0123456789abcdef0123456789abcdef';

const build = (more: Partial<MailMessage> = {}, frame: Partial<Parameters<typeof buildMail>[1]> = {}) =>
  buildMail({ ...MESSAGE, ...more }, { ...FRAME, ...frame });

/** What the official library would send. */
function official(data: object): unknown {
  const { classes } = createRequire(createRequire(import.meta.url).resolve('@sendgrid/mail'))('@sendgrid/helpers');
  return JSON.parse(JSON.stringify(classes.Mail.create(data).toJSON()));
}

const ARGS = { customArgs: { breakwater_mail: 'mail-1' } };
const TO = [{ name: 'Ada Lovelace', email: 'ada@example.com' }, 'bob@example.com'];
const FROM = { name: 'Shop', email: 'shop@example.com' };
const FILE = { content: 'aGVsbG8=', filename: 'a.txt', type: 'text/plain', disposition: 'attachment' as const };

describe('the body of a mail equals that of the official library', () => {
  it.each<[string, Partial<MailMessage>, Partial<Parameters<typeof buildMail>[1]>, object]>([
    ['plain text', {}, {}, { to: TO, subject: 'Receipt', text: 'Thank you' }],
    [
      'text before HTML, copies and an answer address',
      { html: '<p>Thank you</p>', cc: ['c@example.com'], bcc: ['d@example.com'], replyTo: 'Help <help@example.com>' },
      {},
      {
        to: TO,
        cc: ['c@example.com'],
        bcc: ['d@example.com'],
        replyTo: { name: 'Help', email: 'help@example.com' },
        subject: 'Receipt',
        text: 'Thank you',
        html: '<p>Thank you</p>',
      },
    ],
    [
      'a dynamic template with data',
      {
        templateId: DYNAMIC,
        dynamicTemplateData: { orderId: 7, lines: [{ name: 'Book' }] },
        subject: undefined,
        text: undefined,
      },
      {},
      { to: TO, templateId: DYNAMIC, dynamicTemplateData: { orderId: 7, lines: [{ name: 'Book' }] } },
    ],
    [
      'categories, schedule, sandbox and an attachment',
      { categories: ['receipt', 'shop'], sendAt: '2026-11-25T09:00:00Z' },
      { sandbox: true, attachments: [FILE] },
      {
        to: TO,
        subject: 'Receipt',
        text: 'Thank you',
        categories: ['receipt', 'shop'],
        sendAt: 1795597200,
        mailSettings: { sandboxMode: { enable: true } },
        attachments: [FILE],
      },
    ],
    [
      'several personalizations',
      {
        to: undefined,
        templateId: DYNAMIC,
        text: undefined,
        personalizations: [
          { to: ['ada@example.com'], subject: 'For Ada', dynamic_template_data: { name: 'Ada' } },
          { to: ['bob@example.com'], cc: ['Eve <eve@example.com>'] },
        ],
      },
      {},
      {
        subject: 'Receipt',
        templateId: DYNAMIC,
        personalizations: [
          { to: ['ada@example.com'], subject: 'For Ada', dynamicTemplateData: { name: 'Ada' } },
          { to: ['bob@example.com'], cc: [{ name: 'Eve', email: 'eve@example.com' }] },
        ],
      },
    ],
  ])('%s', (_what, message, frame, theirs) => {
    const mine = JSON.parse(JSON.stringify(build(message, frame)));
    expect(mine).toEqual(official({ from: FROM, ...ARGS, ...theirs }));
  });
});

const many = (count: number, domain = 'example.com') =>
  Array.from({ length: count }, (_, index) => `r${index}@${domain}`);

describe('what SendGrid would refuse is refused before', () => {
  it.each<[string, Partial<MailMessage>, string]>([
    ['no recipient', { to: [] }, 'personalizations.0.to'],
    ['a wrong address', { to: ['ada@'] }, 'personalizations.0.to.0.email'],
    ['a sender with letters beyond ASCII', { from: 'shöp@example.com' }, 'from.email'],
    ['a comma in the name of a recipient', { to: ['Lovelace, Ada <ada@example.com>'] }, 'personalizations.0.to.0.name'],
    ['1,001 recipients', { to: many(1000), cc: ['x@example.com'] }, 'personalizations: has 1001 recipients'],
    [
      '1,001 personalizations',
      { to: undefined, personalizations: many(1001).map((to) => ({ to: [to] })) },
      'personalizations',
    ],
    ['one address twice', { cc: ['ADA@example.com'] }, 'personalizations.0: holds an address twice'],
    ['no subject', { subject: undefined }, 'subject: is needed'],
    ['an empty subject', { subject: '' }, 'subject'],
    ['a subject of two lines', { subject: 'Receipt\r\nBcc: eve@example.com' }, 'subject: must be one line'],
    ['no content', { text: undefined }, 'content: is needed'],
    ['empty content', { text: '' }, 'content.0.value'],
    ['11 categories', { categories: many(11) }, 'categories'],
    ['a category twice', { categories: ['a', 'a'] }, 'categories: must be unique'],
    ['a category of 256 characters', { categories: ['a'.repeat(256)] }, 'categories.0'],
    ['template data without a dynamic template', { dynamicTemplateData: { a: 1 } }, 'template_id: must be a dynamic'],
    ['30 MB', { html: 'x'.repeat(30_000_000) }, 'SendGrid takes less than 30000000'],
    ['an unknown field of a personalization', { to: undefined, personalizations: [{ to: ['a@b.co'], x: 1 }] }, 'x'],
  ])('%s', (_what, message, problem) => {
    expect(() => build(message)).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        outcome: 'not_executed',
        details: { problems: expect.arrayContaining([expect.stringContaining(problem)]) },
      }),
    );
  });

  it.each<[string, Partial<MailMessage>, RegExp]>([
    ['72 hours and a second ahead', { sendAt: '2026-11-26T12:00:01Z' }, /more than 72 hours/],
    ['no time', { sendAt: 'tomorrow' }, /not a time/],
    ['recipients in two places', { personalizations: [{ to: ['a@example.com'] }] }, /not in both/],
    ['an unclosed address', { from: 'Shop <shop@example.com' }, /form/],
  ])('%s', (_what, message, words) => {
    expect(() => build(message)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(words) }),
    );
  });

  it('and what is just inside the limits is not', () => {
    expect(build({ sendAt: '2026-11-26T12:00:00Z' }).send_at).toBe(1795694400);
    expect(build({ sendAt: '2020-01-01T00:00:00+01:00' }).send_at).toBe(1577833200);
    expect(build({ to: many(1000) }).personalizations[0]?.to).toHaveLength(1000);
    expect(
      build({ to: undefined, personalizations: many(1000).map((to) => ({ to: [to] })) }).personalizations,
    ).toHaveLength(1000);
    expect(build({ categories: many(10) }).categories).toHaveLength(10);
    expect(build({ html: 'x'.repeat(29_990_000) }).content).toHaveLength(2);
    // Each copy is a mail of its own.
    const twice = [{ to: ['ada@example.com'] }, { to: ['ada@example.com'] }];
    expect(build({ to: undefined, personalizations: twice }).personalizations).toHaveLength(2);
  });
});
