import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheme } from '../src/webhooks/sendgrid.scheme.js';
import { batch, sendgridEvent } from './mocks/sendgrid.mock.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';
import type { TestApp } from './mocks/test-server.js';
import { PUBLIC_URL, startApp } from './mocks/test-server.js';
import type { DeliveryOptions } from './mocks/webhook.mock.js';
import { forged, WebhookMock } from './mocks/webhook.mock.js';

const PATH = '/webhooks/sendgrid';
const TOO_LONG_MS = ((scheme.timestamp?.toleranceS ?? 0) + 60) * 1000;
const sendgrid = new WebhookMock(scheme);
let temporary: TemporaryStore;
let app: TestApp;

beforeEach(async () => {
  temporary = await createTemporaryStore();
  app = await startApp(temporary.store, sendgrid.secret);
});
afterEach(async () => {
  await app.close();
  await temporary.remove();
});

const sign = (body: string, options?: DeliveryOptions) => sendgrid.deliver(body, PUBLIC_URL + PATH, options);
const statusOf = async (kind: string, id: string) => (await temporary.store.find(kind, id))?.status;

describe('POST /webhooks/sendgrid', () => {
  it('takes a signed batch', async () => {
    const body = batch(sendgridEvent('processed', 1), sendgridEvent('delivered', 2), sendgridEvent('open', 3));
    expect(await app.post(PATH, sign(body))).toBe(200);
    expect(await statusOf('email', 'message-1')).toBe('delivered');
  });

  it('refuses a changed body, a missing and a malformed signature, and an old or future one', async () => {
    const body = batch(sendgridEvent('delivered', 1));
    const unsigned = { headers: { 'content-type': 'application/json' }, body };
    const signed = sign(body);
    const malformed = { ...signed, headers: { ...signed.headers, 'x-twilio-email-event-webhook-signature': 'AAAA' } };
    const stale = sign(body, { atMs: Date.now() - TOO_LONG_MS });
    const early = sign(body, { atMs: Date.now() + TOO_LONG_MS });
    for (const delivery of [forged(signed), { ...signed, body: body.trim() }, unsigned, malformed, stale, early]) {
      expect(await app.post(PATH, delivery)).toBe(400);
    }
    expect(await statusOf('email', 'message-1')).toBe(undefined);
  });

  it('applies an event once, also in overlapping batches', async () => {
    const [processed, delivered, bounce] = ['processed', 'delivered', 'bounce'].map((type, at) =>
      sendgridEvent(type, at),
    );
    if (processed === undefined || delivered === undefined || bounce === undefined) throw new Error('unreachable');
    const bodies = [batch(processed, delivered), batch(delivered, bounce), batch(processed, delivered)];
    const deliveries = Array.from({ length: 50 }, (_, index) => sign(bodies[index % bodies.length] ?? ''));
    expect(new Set(await Promise.all(deliveries.map((each) => app.post(PATH, each))))).toEqual(new Set([200]));
    const added = [...app.logged().matchAll(/"added":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(added).toBe(3);
    expect(await statusOf('email', 'message-1')).toBe('bounce');
  });

  it('comes to the same state in any order', async () => {
    for (const event of [sendgridEvent('delivered', 3), sendgridEvent('deferred', 2), sendgridEvent('processed', 1)]) {
      expect(await app.post(PATH, sign(batch(event)))).toBe(200);
    }
    expect(await statusOf('email', 'message-1')).toBe('delivered');
  });

  it('keeps who must not be written to', async () => {
    await app.post(PATH, sign(batch(sendgridEvent('unsubscribe', 1))));
    expect(await statusOf('suppression', 'recipient@example.com')).toBe('unsubscribe');
  });

  it('refuses what is signed and no batch', async () => {
    expect(await app.post(PATH, sign('{}'))).toBe(400);
  });

  it('logs no secret and no address', async () => {
    await app.post(PATH, sign(batch(sendgridEvent('delivered', 1))));
    expect(app.logged()).not.toContain(sendgrid.secret);
    expect(app.logged()).not.toContain('recipient');
  });

  it('says that it is well', async () => {
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
  });
});
