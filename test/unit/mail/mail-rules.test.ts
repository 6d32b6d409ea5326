import { describe, expect, it } from 'vitest';
import { sendMail } from '../../../src/integrations/sendgrid/operations/send-mail.ts';

const MAIL = {
  personalizations: [{ to: [{ email: 'ada@example.com' }] }],
  from: { email: 'shop@example.com' },
  subject: 'Receipt',
  content: [{ type: 'text/plain', value: 'Thank you' }],
};
const HTML = { type: 'text/html', value: '<p>Thank you</p>' };
const TEXT = { type: 'text/plain', value: 'Thank you' };
const FILE = { content: 'aGVsbG8=', filename: 'a.txt' };
const sandbox = { mail_settings: { sandbox_mode: { enable: true } } };

describe('the operation itself', () => {
  it.each([
    ['HTML before plain text', { content: [HTML, TEXT] }],
    ['custom_args of 10,000 bytes', { custom_args: { a: 'x'.repeat(9_992) } }],
    ['a reserved header', { headers: { Subject: 'x' } }],
    ['a header with a line end', { headers: { 'X-A': 'a\r\nBcc: eve@example.com' } }],
    ['an attachment that is not base64', { attachments: [{ ...FILE, content: '%%%' }] }],
    ['no attachments at all', { attachments: [] }],
    ['a pool name of one letter', { ip_pool_name: 'a' }],
    ['26 groups', { asm: { group_id: 1, groups_to_display: Array.from({ length: 26 }, (_, index) => index) } }],
    ['an unknown field', { attachment: FILE }],
  ])('refuses %s', (_what, more) => {
    expect(sendMail.input.safeParse({ ...MAIL, ...more }).success).toBe(false);
  });

  it('takes what is just inside', () => {
    const inside = { custom_args: { a: 'x'.repeat(9_991) }, content: [TEXT, HTML], headers: { 'X-A': 'b' } };
    expect(sendMail.input.safeParse({ ...MAIL, ...inside }).error?.issues).toBeUndefined();
  });

  it('takes a large attachment', () => {
    const content = Buffer.alloc(20_000_000, 7).toString('base64');
    expect(sendMail.input.safeParse({ ...MAIL, attachments: [{ ...FILE, content }] }).success).toBe(true);
  });
});

describe('what is harmless', () => {
  it.each([
    ['a mail', {}, false],
    ['a sandbox that is off', { mail_settings: { sandbox_mode: { enable: false } } }, false],
    ['the sandbox', sandbox, true],
    ['the sandbox with an attachment, which leaves this machine', { ...sandbox, attachments: [FILE] }, false],
  ])('%s', (_what, more, expected) => {
    expect(sendMail.isSandboxed?.({ ...MAIL, ...more })).toBe(expected);
  });
});

describe('what the ledger keeps', () => {
  const digest = (more: object) => JSON.stringify(sendMail.digest?.({ ...MAIL, ...more }));

  it('is short, and different where the mail is', () => {
    const large = { attachments: [{ ...FILE, content: 'A'.repeat(400_000) }] };
    expect(digest(large).length).toBeLessThan(1_000);
    expect(digest(large)).not.toBe(digest({ attachments: [{ ...FILE, content: `${'A'.repeat(399_999)}B` }] }));
  });

  it('leaves out what only our bookkeeping adds', () => {
    expect(digest({ custom_args: { breakwater_mail: 'a' } })).toBe(digest({}));
    expect(digest({ custom_args: { breakwater_mail: 'a', order: '7' } })).toContain('"custom_args":{"order":"7"}');
  });
});
