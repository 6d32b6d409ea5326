import { describe, expect, it } from 'vitest';
import { sendgrid } from '../../../src/integrations/sendgrid/index.ts';
import { sendMail } from '../../../src/integrations/sendgrid/operations/send-mail.ts';
import { createPaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import type { Behaviour, LoopbackService } from '../../support/loopback-service.ts';
import { answer, startService } from '../../support/loopback-service.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { SENDGRID_KEY } from '../../support/sendgrid-service.ts';
import { openClient } from './call-setup.ts';

const MAIL = {
  personalizations: [{ to: [{ email: 'ada@example.com' }] }],
  from: { email: 'shop@example.com' },
  subject: 'Receipt',
  content: [{ type: 'text/plain', value: 'Thank you' }],
};
const INTENT = { id: 'pi_1', status: 'succeeded', amount: 1050, currency: 'usd', created: 1, livemode: false };
const accepted: Behaviour = (response) => response.writeHead(202, { 'x-message-id': 'm1' }).end();

/** Default resilience, as a user has it. */
const DEFAULTS = { resilience: {} };

function pay({ url }: LoopbackService) {
  const { client, context } = openClient({ baseUrl: url.origin, ...DEFAULTS });
  return client.write(createPaymentIntent, { amount: 1050, currency: 'usd' }, { reference: 'order-1' }, context());
}

function mail({ url }: LoopbackService) {
  const secrets = { get: () => SENDGRID_KEY };
  const config = { service: 'sendgrid', baseUrl: url.origin, secretEnvs: { api_key: 'KEY' }, ...DEFAULTS };
  const { client, context } = openClient(config, { secrets });
  return client.write(sendMail, MAIL, { reference: 'mail-1' }, context({ provider: sendgrid }));
}

/** Milliseconds between the requests that arrived. */
const gaps = ({ received }: LoopbackService) =>
  received.slice(1).map(({ at }, index) => at - (received[index]?.at ?? 0));

function expectPause(service: LoopbackService, askedMs: number): void {
  for (const gap of gaps(service)) {
    expect(gap).toBeGreaterThanOrEqual(askedMs);
    expect(gap).toBeLessThanOrEqual(askedMs + AT_ONCE_MS);
  }
}

describe('a service that asks to wait', () => {
  it('by Retry-After is asked again soon after that, and then answers', async () => {
    const later = answer(429, {}, { 'retry-after': '1' });
    const [stripe, mailer] = await Promise.all([
      startService(later, answer(200, INTENT)),
      startService(later, accepted),
    ]);
    const [paid, sent] = await Promise.all([pay(stripe), mail(mailer)]);
    expect(paid).toMatchObject({ data: { id: 'pi_1' }, attempts: 2 });
    expect(sent).toMatchObject({ data: { status: 202, message_id: 'm1' }, attempts: 2 });
    for (const service of [stripe, mailer]) {
      expect(service.received).toHaveLength(2);
      expectPause(service, 1_000);
    }
  });

  it('again and again is asked three times and no more', async () => {
    const later = answer(429, { errors: [{ field: null, message: 'too many requests' }] }, { 'retry-after': '1' });
    const services = await Promise.all([startService(later), startService(later)]);
    const [stripe, mailer] = services;
    const refused = { code: 'rate_limited', outcome: 'not_executed', retryAfterMs: 1_000, details: { attempts: 3 } };
    await Promise.all([
      expect(pay(stripe)).rejects.toMatchObject(refused),
      expect(mail(mailer)).rejects.toMatchObject(refused),
    ]);
    for (const service of services) {
      expect(service.received).toHaveLength(3);
      expectPause(service, 1_000);
    }
  });

  it('by the time at which its limit is full again, as SendGrid does, is asked after that', async () => {
    const resetS = Math.ceil(Date.now() / 1000) + 1;
    const limit = { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetS) };
    const service = await startService(answer(429, {}, limit), accepted);
    await mail(service);
    const repeatedAt = performance.timeOrigin + (service.received[1]?.at ?? 0);
    expect(repeatedAt).toBeGreaterThanOrEqual(resetS * 1000);
    expect(repeatedAt).toBeLessThanOrEqual(resetS * 1000 + AT_ONCE_MS);
  });
});
