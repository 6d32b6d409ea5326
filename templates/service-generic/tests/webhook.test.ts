import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheme } from '../src/webhooks/acme.scheme.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';
import type { TestApp } from './mocks/test-server.js';
import { PUBLIC_URL, startApp } from './mocks/test-server.js';
import type { DeliveryOptions } from './mocks/webhook.mock.js';
import { forged, WebhookMock } from './mocks/webhook.mock.js';

const PATH = '/webhooks/acme';
const provider = new WebhookMock(scheme);
/** Some providers sign a part of the body only, or nothing but a token. */
const signsBody = scheme.signed.some((part) => part === 'body' || part === 'form');
let temporary: TemporaryStore;
let app: TestApp;

beforeEach(async () => {
  temporary = await createTemporaryStore();
  app = await startApp(temporary.store, provider.secret);
});
afterEach(async () => {
  await app.close();
  await temporary.remove();
});

const sign = (options?: DeliveryOptions) => provider.deliver({ hello: 'world' }, PUBLIC_URL + PATH, options);

describe('POST /webhooks/acme', () => {
  it('takes a signed event', async () => {
    expect(await app.post(PATH, sign())).toBe(200);
    expect(app.logged()).toContain('"duplicate":false');
  });

  it('refuses a delivery without a signature', async () => {
    expect(await app.post(PATH, { headers: { 'content-type': 'application/json' }, body: '{}' })).toBe(400);
  });

  it('refuses a changed body', async () => {
    expect(await app.post(PATH, forged(sign()))).toBe(signsBody ? 400 : 200);
  });

  it('refuses an old and a future delivery, where time is signed', async () => {
    const toleranceMs = scheme.timestamp?.toleranceS === undefined ? undefined : scheme.timestamp.toleranceS * 1000;
    if (toleranceMs === undefined) return;
    expect(await app.post(PATH, sign({ atMs: Date.now() - toleranceMs - 5_000 }))).toBe(400);
    expect(await app.post(PATH, sign({ atMs: Date.now() + toleranceMs + 5_000 }))).toBe(400);
  });

  it('records an event once, however often it comes', async () => {
    const delivery = sign();
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.post(PATH, delivery)));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(app.logged().split('"duplicate":false').length - 1).toBe(1);
  });

  it('logs no secret and no body', async () => {
    await app.post(PATH, sign());
    expect(app.logged()).not.toContain(provider.secret);
    expect(app.logged()).not.toContain('world');
  });

  it('says that it is well', async () => {
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
  });
});
