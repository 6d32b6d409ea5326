import sendgridClient from '@sendgrid/client';
import { EventWebhook } from '@sendgrid/eventwebhook';
import sendgridMail from '@sendgrid/mail';

type MailDataRequired = Exclude<Parameters<typeof sendgridMail.send>[0], unknown[]>;

import { describe, expect, it, vi } from 'vitest';
import { createSendgridKeys, startSendgrid } from '../../../src/exports/simulator.ts';
import { startReceiver } from './receiver.ts';
import { PATIENTLY, stopLater } from './setup.ts';

const TEMPLATE = 'd-0123456789abcdef0123456789abcdef';
const MAIL: MailDataRequired = {
  to: 'ada@example.com',
  from: { email: 'shop@example.com', name: 'Shop' },
  subject: 'Your order',
  text: 'Thanks',
  html: '<p>Thanks</p>',
};
const { privateKey, publicKey } = createSendgridKeys();

async function start(withWebhook = false) {
  const receiver = withWebhook ? await startReceiver() : undefined;
  const webhook = receiver && { url: receiver.url, secret: privateKey, retryDelaysMs: [5] };
  const simulator = stopLater(await startSendgrid({ webhook }));
  const client = sendgridClient;
  const useKey = (key: string) => {
    client.setApiKey(key);
    client.setDefaultRequest('baseUrl', simulator.url);
  };
  useKey('SG.test.key');
  const mail = sendgridMail;
  mail.setClient(client);
  const verifier = new EventWebhook();
  const events = () =>
    (receiver?.received ?? []).flatMap(({ headers, body }) => {
      const signature = String(headers['x-twilio-email-event-webhook-signature']);
      const timestamp = String(headers['x-twilio-email-event-webhook-timestamp']);
      const key = verifier.convertPublicKeyToECDSA(publicKey);
      expect(verifier.verifySignature(key, body, signature, timestamp)).toBe(true);
      return JSON.parse(body.toString()) as { event: string; email: string; sg_event_id: string; order?: string }[];
    });
  return { simulator, mail, client, events, useKey };
}

/** The status and errors of a refusal. */
async function refusalOf(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return thrown as {
    code: number;
    response: { headers: Record<string, string>; body: { errors: { field: string | null }[] } };
  };
}

describe('mail/send with @sendgrid/mail', () => {
  it('accepts a mail and keeps it to be read', async () => {
    const { mail, simulator } = await start();
    const [response] = await mail.send({ ...MAIL, categories: ['receipt'], customArgs: { order: '7' } });
    expect([response.statusCode, response.body]).toEqual([202, '']);
    expect(simulator.messages).toMatchObject([
      {
        id: response.headers['x-message-id'],
        from: { email: 'shop@example.com' },
        recipients: [{ email: 'ada@example.com', field: 'to' }],
        subject: 'Your order',
        text: 'Thanks',
        categories: ['receipt'],
        customArgs: { order: '7' },
      },
    ]);
    expect(await (await fetch(`${simulator.url}/mailbox`)).json()).toMatchObject({
      messages: [{ subject: 'Your order' }],
    });
  });

  it('sends to many, with templates and attachments', async () => {
    const { mail, simulator } = await start();
    await mail.send({
      from: 'shop@example.com',
      templateId: TEMPLATE,
      personalizations: [
        { to: 'a@example.com', cc: ['b@example.com'], dynamicTemplateData: { name: 'A' } },
        { to: [{ email: 'c@example.com', name: 'C' }], bcc: 'd@example.com' },
      ],
      attachments: [{ content: Buffer.from('hello').toString('base64'), filename: 'a.txt', type: 'text/plain' }],
    });
    expect(simulator.messages.map(({ recipients }) => recipients.length)).toEqual([2, 2]);
    expect(simulator.messages[0]).toMatchObject({
      attachments: [{ filename: 'a.txt', bytes: 5 }],
      templateId: TEMPLATE,
    });
  });

  it('only checks in the sandbox', async () => {
    const { mail, simulator, events } = await start(true);
    const [response] = await mail.send({ ...MAIL, mailSettings: { sandboxMode: { enable: true } } });
    expect([response.statusCode, simulator.messages, events()]).toEqual([200, [], []]);
  });

  it.each<[string, Partial<MailDataRequired>, string]>([
    ['no address', { to: 'nobody' }, 'personalizations.0.to.0.email'],
    ['the same address twice', { cc: 'ADA@example.com' }, 'personalizations.0.cc'],
    ['no subject', { subject: '' }, 'subject'],
    ['a bad sender', { from: 'shop' }, 'from.email'],
    ['eleven categories', { categories: Array.from({ length: 11 }, (_, n) => `c${n}`) }, 'categories'],
    ['a template id of no form', { templateId: 'nope' }, 'template_id'],
    ['a header of its own', { headers: { Subject: 'x' } }, 'headers'],
    ['a date too late', { sendAt: Math.floor(Date.now() / 1000) + 73 * 3_600 }, 'send_at'],
  ])('refuses %s', async (_what, change, field) => {
    const { mail, simulator } = await start();
    const { code, response } = await refusalOf(mail.send({ ...MAIL, ...change } as MailDataRequired));
    expect([code, response.body.errors.map((error) => error.field)]).toEqual([400, [field]]);
    expect(simulator.messages).toEqual([]);
  });

  it('refuses what is no mail at all', async () => {
    const { client } = await start();
    const { response } = await refusalOf(client.request({ method: 'POST', url: '/v3/mail/send', body: { shoe: 1 } }));
    expect(response.body.errors.map(({ field }) => field)).toEqual(['personalizations', 'from.email', 'shoe']);
  });

  it('says in its own words what has the wrong form', async () => {
    const { client } = await start();
    const personalizations = [{ to: [{ email: 'ada@example.com' }], headers: { 'reply-to': 'x' } }];
    const mail = { personalizations, from: { email: 'a@example.com' }, subject: 7, ip_pool_name: 'p', content: [] };
    const { response } = await refusalOf(client.request({ method: 'POST', url: '/v3/mail/send', body: mail }));
    expect(response.body.errors).toMatchObject([
      { field: 'personalizations.0.headers', message: expect.stringContaining('reserved header') },
      { field: 'subject', message: 'The subject parameter has the wrong type or length.' },
      { field: 'ip_pool_name', message: 'The ip_pool_name must be 2 to 64 characters long.' },
    ]);
  });

  it('answers 401 without a key of its form, and 429 with its headers', async () => {
    const { mail, useKey, simulator } = await start();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    useKey('nope');
    expect((await refusalOf(mail.send(MAIL))).code).toBe(401);
    useKey('SG.test');
    simulator.script([{ kind: 'rate_limit', retry_after: 2 }]);
    const { code, response } = await refusalOf(mail.send(MAIL));
    expect(code).toBe(429);
    expect(response.headers).toMatchObject({ 'retry-after': '2', 'x-ratelimit-remaining': '0' });
    expect(response.body).toEqual({ errors: [{ field: null, message: 'too many requests', help: null }] });
  });
});

describe('events', () => {
  it.each([
    ['ada', ['processed', 'delivered']],
    ['bounce', ['processed', 'bounce']],
    ['open+7', ['processed', 'delivered', 'open']],
    ['click', ['processed', 'delivered', 'open', 'click']],
    ['spam', ['processed', 'delivered', 'spamreport']],
  ])('of a mail to %s@ arrive in signed batches', async (local, expected) => {
    const { mail, events } = await start(true);
    await mail.send({ ...MAIL, to: `${local}@example.com`, customArgs: { order: '7' } });
    await expect.poll(() => events().length, PATIENTLY).toBe(expected.length);
    expect(
      events()
        .map(({ event }) => event)
        .sort(),
    ).toEqual([...expected].sort());
    expect(new Set(events().map(({ sg_event_id }) => sg_event_id)).size).toBe(expected.length);
    expect(events().every(({ order }) => order === '7')).toBe(true);
  });

  it('put addresses on lists, and mail to those is dropped until they are taken off', async () => {
    const { mail, client, events } = await start(true);
    await mail.send({ ...MAIL, to: 'bounce@example.com' });
    await mail.send({ ...MAIL, to: 'bounce@example.com' });
    await expect.poll(() => events().at(-1)?.event, PATIENTLY).toBe('dropped');
    const [, listed] = await client.request({ method: 'GET', url: '/v3/suppression/bounces' });
    expect(listed).toMatchObject([{ email: 'bounce@example.com', status: '5.1.1' }]);
    const url = '/v3/suppression/bounces/bounce@example.com';
    expect((await client.request({ method: 'DELETE', url }))[0].statusCode).toBe(204);
    expect((await refusalOf(client.request({ method: 'DELETE', url }))).code).toBe(404);
    const body = { recipient_emails: ['ada@example.com'] };
    await client.request({ method: 'POST', url: '/v3/asm/suppressions/global', body });
    await mail.send(MAIL);
    await expect.poll(() => events().at(-1), PATIENTLY).toMatchObject({ event: 'dropped', email: 'ada@example.com' });
  });

  it('can be triggered', async () => {
    const { simulator, events } = await start(true);
    for (const type of simulator.eventTypes) await simulator.trigger(type, { email: `${type}@example.com` });
    await expect.poll(() => events().length, PATIENTLY).toBe(simulator.eventTypes.length);
    await expect(simulator.trigger('shoe')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
