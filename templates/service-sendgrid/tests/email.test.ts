import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmailService } from '../src/services/email.service.js';
import { PermanentError, TransientError } from '../src/types/index.js';
import { SendGridMock } from './mocks/sendgrid.mock.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';

const EMAIL = { to: ['recipient@example.com'], from: 'shop@example.com', subject: 'Receipt', text: 'Thank you' };
const sendgrid = new SendGridMock();
let temporary: TemporaryStore;
let emails: EmailService;

beforeEach(async () => {
  sendgrid.reset();
  temporary = await createTemporaryStore();
  emails = new EmailService(sendgrid, temporary.store);
});
afterEach(() => temporary.remove());

describe('EmailService', () => {
  it('sends once per reference', async () => {
    expect(await emails.send('receipt-1', EMAIL)).toBe('message-1');
    expect(await emails.send('receipt-1', EMAIL)).toBe('message-1');
    expect(sendgrid.sent.length).toBe(1);
  });

  it('never repeats a send that may have happened', async () => {
    sendgrid.failNext(new TransientError('reset', { outcome: 'unknown' }));
    await expect(emails.send('receipt-1', EMAIL)).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    await expect(emails.send('receipt-1', EMAIL)).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    expect(sendgrid.sent.length).toBe(0);
  });

  it('sends again after a refusal', async () => {
    sendgrid.failNext(new PermanentError('no', { outcome: 'not_executed', status: 400 }));
    await expect(emails.send('receipt-1', EMAIL)).rejects.toMatchObject({ status: 400 });
    expect(await emails.send('receipt-1', EMAIL)).toBe('message-1');
  });

  it('refuses a reference with another email', async () => {
    await emails.send('receipt-1', EMAIL);
    await expect(emails.send('receipt-1', { ...EMAIL, text: 'Other' })).rejects.toMatchObject({
      name: 'ReferenceConflictError',
    });
  });
});
