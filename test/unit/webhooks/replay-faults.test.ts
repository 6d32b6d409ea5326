import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { headersOf } from '../../../src/webhooks/raw-headers.ts';
import type { Fault } from '../../../src/webhooks/replay/faults.ts';
import { makeFault } from '../../../src/webhooks/replay/faults.ts';
import type { Outgoing, ReplayEvent, Signer } from '../../../src/webhooks/replay/outgoing.ts';
import { asReceived, canSign, isShared, signAgain } from '../../../src/webhooks/replay/outgoing.ts';
import { storyOf } from '../../../src/webhooks/replay/sources.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';
import type { Sample } from './deliveries.ts';
import { clerk, discord, github, NOW_MS, samples, schemeOf, stripe } from './deliveries.ts';

/** A day after they were received. */
const LATER_MS = NOW_MS + 24 * 60 * 60 * 1000;

function receive(sample: Sample, headers = sample.sign(sample.body)): ReplayEvent {
  return {
    logId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    label: 'event',
    eventId: sample.eventId,
    eventType: sample.eventType,
    rawHeaders: Object.entries({ 'Content-Type': 'application/json', ...headers }).flat(),
    body: sample.body,
    query: '',
    wasGenuine: true,
  };
}

const signerOf = ({ scheme, secret, url = 'https://example.com/hook' }: Sample): Signer => ({ scheme, secret, url });

function verify({ scheme, secret, url }: Sample, { headers, body }: Outgoing, nowMs = LATER_MS) {
  const secrets = [{ name: 'SECRET', value: secret }];
  return verifyDelivery(scheme, { headers: headersOf(headers), body, url }, { secrets, nowMs });
}

function make(fault: Fault, sample: Sample, signer: Signer | undefined = signerOf(sample)) {
  const made = makeFault(fault, { scheme: sample.scheme, event: receive(sample), signer, nowMs: LATER_MS });
  return 'reason' in made ? made.reason : made;
}

const signable = samples.filter((sample) => isShared(signerOf(sample)));

it('can sign for every provider with a shared secret', () => {
  const cannot = samples.filter((sample) => !signable.includes(sample)).map(({ provider }) => provider);
  expect(cannot).toEqual(['sendgrid', 'discord', 'paypal']);
  // 32 bytes may be a public key or a private one: only the signature tells.
  expect(canSign(signerOf(discord))).toBe(true);
});

describe.each(signable.map((sample) => [sample.provider, sample] as const))('%s', (_provider, sample) => {
  const isDated = sample.scheme.timestamp?.toleranceS !== undefined;

  it('is good when it is signed again, with the same event', () => {
    const outgoing = signAgain(receive(sample), signerOf(sample), { timestampMs: LATER_MS });
    const { eventId, eventType } = sample;
    // Where the timestamp lies inside the body, the body is another one.
    expect(verify(sample, outgoing)).toMatchObject({ valid: true, eventId, eventType });
    expect(headersOf(outgoing.headers)['content-type']).toEqual(['application/json']);
  });

  it('is the very same as received', () => {
    const outgoing = asReceived(receive(sample));
    expect(outgoing.body).toBe(sample.body);
    expect(verify(sample, outgoing, NOW_MS)).toMatchObject({ valid: true });
  });

  it('is stale by the time alone, where that is signed', () => {
    const made = make('stale', sample);
    if (typeof made === 'string') expect([made, isDated]).toEqual(['the provider signs no timestamp', false]);
    else expect(made.map(({ outgoing }) => verify(sample, outgoing).reason)).toEqual(['timestamp_too_old']);
  });

  it('is forged in four ways, with and without the secret', () => {
    for (const signer of [signerOf(sample), undefined]) {
      const made = make('bad_signature', sample, signer);
      if (typeof made === 'string') throw new Error(made);
      expect(made.map(({ kind }) => kind).slice(0, 3)).toEqual(['one character changed', 'cut short', 'left out']);
      for (const { outgoing, kind } of made) expect(verify(sample, outgoing).valid, kind).toBe(false);
    }
  });

  it('does not verify in another layout', () => {
    for (const signer of [signerOf(sample), undefined]) {
      const made = make('reserialised', sample, signer);
      if (typeof made === 'string') throw new Error(made);
      for (const { outgoing } of made) {
        expect(verify(sample, outgoing).reason).toBe('signature_mismatch');
        const shape = (body: Buffer) => Object.keys(JSON.parse(body.toString()));
        expect(shape(outgoing.body)).toEqual(shape(sample.body));
      }
    }
  });

  it('verifies behind a foreign signature, where there may be several', () => {
    const made = make('rolled_secret', sample);
    if (typeof made === 'string') return expect(made).toBe('the provider sends one signature only');
    expect(made.map(({ outgoing }) => verify(sample, outgoing).valid)).toEqual([true]);
  });
});

it('tells which providers send several signatures', () => {
  const several = signable.filter((sample) => typeof make('rolled_secret', sample) !== 'string');
  expect(several.map(({ provider }) => provider)).toEqual([
    'stripe',
    'standard-webhooks',
    'clerk',
    'paddle',
    'calendly',
  ]);
});

it('gives every fault an event of its own', () => {
  const ids = (['stale', 'bad_signature', 'rolled_secret', 'reserialised'] as const).flatMap((fault) => {
    const made = make(fault, stripe);
    return typeof made === 'string' ? [] : made.map(({ outgoing }) => JSON.parse(outgoing.body.toString()).id);
  });
  expect(ids).toHaveLength(7);
  expect(ids).not.toContain('evt_1Qx');
  const made = make('stale', clerk);
  expect(typeof made !== 'string' && headersOf(made[0]?.outgoing.headers ?? [])['svix-id']).not.toEqual([
    clerk.eventId,
  ]);
});

it('signs under the names that the delivery used', () => {
  const headers = Object.fromEntries(
    Object.entries(clerk.sign(clerk.body)).map(([name, value]) => [name.replace('svix', 'Webhook'), value]),
  );
  const outgoing = signAgain(receive(clerk, headers), signerOf(clerk), { timestampMs: LATER_MS });
  const names = Object.keys(headersOf(outgoing.headers));
  expect(names).toEqual(['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
  expect(verify(clerk, outgoing).valid).toBe(true);
});

it('signs a form and the digest of JSON for the address without the digest of an earlier body', () => {
  const scheme = schemeOf('twilio');
  const url = 'https://example.com/twilio?bodySHA256=00';
  const event = { ...receive(github, {}), query: '?bodySHA256=00' };
  const outgoing = signAgain(event, { scheme, secret: 'token', url }, { timestampMs: LATER_MS });
  expect(outgoing.query).toMatch(/^\?bodySHA256=[0-9a-f]{64}$/);
  const delivery = {
    headers: headersOf(outgoing.headers),
    body: outgoing.body,
    url: `https://example.com/twilio${outgoing.query}`,
  };
  const options = { secrets: [{ name: 'TOKEN', value: 'token' }], nowMs: LATER_MS };
  expect(verifyDelivery(scheme, delivery, options).valid).toBe(true);
});

describe('a story of examples', () => {
  const shared = [...catalogue.values()].flatMap(({ service, webhook }) => {
    const { scheme, events } = webhook ?? {};
    const isPublicKey = ['sendgrid', 'discord', 'paypal'].includes(service);
    return scheme === undefined || events === undefined || isPublicKey ? [] : [{ service, scheme, events }];
  });

  it.each(shared)('of $service is genuine, each event another one', ({ service, scheme, events }) => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signer = { scheme, secret, url: 'http://127.0.0.1:3000/hook' };
    expect(isShared(signer)).toBe(true);
    const all = Object.entries(events.types).map(([type, { example }]) => [type, example] as const);
    const story = storyOf(events, all, scheme, NOW_MS);
    const ids = story.map((event) => {
      const { headers, body, query } = signAgain(event, signer, { timestampMs: NOW_MS });
      const delivery = { headers: headersOf(headers), body, url: `http://127.0.0.1:3000/hook${query}` };
      const verdict = verifyDelivery(scheme, delivery, { secrets: [{ name: 'SECRET', value: secret }], nowMs: NOW_MS });
      expect(verdict).toMatchObject({ valid: true });
      return verdict.eventId;
    });
    const known = ids.filter((id) => id !== undefined);
    expect(new Set(known).size, service).toBe(known.length);
  });

  it('is about one payment, also where a charge refers to it', () => {
    const { scheme, events } = shared.find(({ service }) => service === 'stripe') ?? expect.fail();
    const chosen = ['charge.refunded', 'payment_intent.succeeded', 'payment_intent.payment_failed'].map(
      (type) => [type, events.types[type]?.example ?? expect.fail()] as const,
    );
    const [charge, ...intents] = storyOf(events, chosen, scheme, NOW_MS).map(
      ({ body }) => JSON.parse(body.toString()).data.object,
    );
    expect(intents.map(({ id }) => id)).toEqual([charge.payment_intent, charge.payment_intent]);
  });
});
