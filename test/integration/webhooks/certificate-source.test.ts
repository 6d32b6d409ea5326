import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import { HttpCertificateSource } from '../../../src/integrations/certificate-source.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { Pipeline } from '../../../src/resilience/pipeline.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';
import { unlimited } from '../../unit/resilience/calls.ts';
import { NOW_MS, paypal, paypalPem } from '../../unit/webhooks/deliveries.ts';

const URL_TEXT = 'https://api.paypal.com/v1/notifications/certs/CERT-1';
const DAY_MS = 24 * 60 * 60 * 1000;

const network = setupServer();
beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => network.resetHandlers());
afterAll(() => network.close());

const { signal } = new AbortController();

function createSource(log: Log = silentLog) {
  const clock = { time: NOW_MS, now: () => clock.time };
  const source = new HttpCertificateSource(
    new Pipeline(new InProcessBreakerStore(clock), unlimited, clock),
    clock,
    log,
  );
  onTestFinished(() => source.close());
  return { clock, get: (url = URL_TEXT) => source.get(new URL(url), signal) };
}

/** Answers each request with the next of these; the last one stays. */
function answerWith(...answers: (() => Response)[]) {
  const asked: Request[] = [];
  const next = ({ request }: { request: Request }) => {
    asked.push(request);
    return (answers[asked.length - 1] ?? answers.at(-1))?.() ?? HttpResponse.error();
  };
  network.use(http.get('https://api.paypal.com/v1/notifications/certs/:id', next));
  return asked;
}

const pem = () => new HttpResponse(paypalPem, { headers: { 'content-type': 'application/x-pem-file' } });

describe('HttpCertificateSource', () => {
  it('fetches a certificate once a day, with the roots that Node trusts', async () => {
    const asked = answerWith(pem);
    const { clock, get } = createSource();
    const certificate = await get();
    expect(certificate).toMatchObject({ pem: paypalPem });
    expect('roots' in certificate && certificate.roots.length).toBeGreaterThan(100);
    expect(await get()).toBe(certificate);
    clock.time += DAY_MS - 1;
    expect(await get()).toBe(certificate);
    expect(asked).toHaveLength(1);
    clock.time += 1;
    await get();
    expect(asked).toHaveLength(2);
  });

  it('gives what cannot be trusted, which the verdict says', async () => {
    answerWith(pem);
    const certificate = await createSource().get();
    const delivery = { headers: paypal.sign(paypal.body), body: paypal.body, certificate };
    const options = { secrets: [{ name: 'ID', value: paypal.secret }], nowMs: NOW_MS };
    expect(verifySignature(paypal.scheme, delivery, options)).toMatchObject({
      reason: 'untrusted_certificate',
      message: expect.stringContaining('its issuer ("Test Issuing CA") is not at that address'),
    });
  });

  it('tries again when the host fails, and not when it says no', async () => {
    const failing = answerWith(() => new HttpResponse(null, { status: 503 }), pem);
    expect(await createSource().get()).toHaveProperty('pem');
    expect(failing).toHaveLength(2);
    network.resetHandlers();
    const refusing = answerWith(() => new HttpResponse('not found', { status: 404 }));
    expect(await createSource().get()).toEqual({ problem: 'It could not be fetched from api.paypal.com.' });
    expect(refusing).toHaveLength(1);
  });

  it('keeps a failure for ten seconds and follows no redirect', async () => {
    const asked = answerWith(
      () => new HttpResponse(null, { status: 302, headers: { location: 'https://evil.example/' } }),
      pem,
    );
    const { clock, get } = createSource();
    expect(await get()).toHaveProperty('problem');
    clock.time += 9_999;
    expect(await get()).toHaveProperty('problem');
    expect(asked).toHaveLength(1);
    clock.time += 1;
    expect(await get()).toHaveProperty('pem');
    expect(asked).toHaveLength(2);
  });

  it.each([
    'http://api.paypal.com/certs',
    'https://127.0.0.1/certs',
    'https://10.0.0.1/certs',
    'https://a:b@api.paypal.com/x',
  ])('sends nothing to %s', async (url) => {
    expect(await createSource().get(url)).toHaveProperty('problem');
  });

  it('keeps a bounded number', async () => {
    const asked = answerWith(pem);
    const { clock, get } = createSource();
    for (let index = 0; index < 33; index += 1) {
      clock.time += 6_001;
      await get(`${URL_TEXT}-${index}`);
      // What is in use stays.
      await get(`${URL_TEXT}-0`);
    }
    await get(`${URL_TEXT}-32`);
    expect(asked).toHaveLength(33);
    clock.time += 60_000;
    await get(`${URL_TEXT}-1`);
    expect(asked).toHaveLength(34);
  });

  it('asks once for many at the same time, and only for a few addresses a minute', async () => {
    const asked = answerWith(pem);
    const { clock, get } = createSource();
    const same = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(same).size).toBe(1);
    expect(asked).toHaveLength(1);
    for (let index = 0; index < 30; index += 1) await get(`${URL_TEXT}-${index}`);
    expect(asked).toHaveLength(10);
    expect(await get(`${URL_TEXT}-29`)).toEqual({
      problem: 'Too many certificates were asked for at api.paypal.com just now.',
    });
    expect(await get()).toBe(same[0]);
    clock.time += 60_000;
    expect(await get(`${URL_TEXT}-29`)).toHaveProperty('pem');
  });
});
