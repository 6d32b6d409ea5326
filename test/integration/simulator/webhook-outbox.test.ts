import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';
import { WebhookOutbox } from '../../../src/simulator/webhook-outbox.ts';
import { answer, startService } from '../../support/loopback-service.ts';

it('authenticates with the credentials of the address', async () => {
  const { url, received } = await startService(answer(200));
  url.username = 'ada';
  url.password = 'p%40ss';
  const outbox = new WebhookOutbox(stripeWebhook, systemClock);
  onTestFinished(() => outbox.drop());
  outbox.send({ id: 'evt_1', type: 'ping', body: Buffer.from('{}') }, { url: url.href, secret: 'whsec_test' });
  await expect.poll(() => received.length).toBe(1);
  expect(received[0]?.headers['authorization']).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`);
});
