import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/core/redact.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { STRIPE_API_VERSION } from '../../../src/integrations/stripe/index.ts';
import type { EventExamples } from '../../../src/webhooks/event-examples.ts';
import { buildExample } from '../../../src/webhooks/event-examples.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00.250Z');

const all = [...catalogue].flatMap(([provider, { webhook }]) =>
  webhook?.events === undefined
    ? []
    : Object.keys(webhook.events.types).map((type) => ({ provider, type, events: webhook.events as EventExamples })),
);

function build(provider: string, type: string, overrides: Record<string, unknown> = {}): string {
  const entry = all.find((candidate) => candidate.provider === provider && candidate.type === type);
  const example = entry?.events.types[type]?.example;
  if (entry === undefined || example === undefined) throw new Error(`${provider} has no ${type}`);
  return buildExample(entry.events, example, overrides, NOW_MS).body.toString('utf8');
}

const json = (provider: string, type: string, overrides = {}) => JSON.parse(build(provider, type, overrides));

describe('the catalogue', () => {
  it('has events for every provider that has a scheme of its own', () => {
    const without = [...catalogue.values()].filter(
      ({ webhook }) => webhook !== undefined && webhook.events === undefined,
    );
    expect(without.map(({ service }) => service)).toEqual(['svix', 'standard-webhooks', 'custom']);
    expect(all.length).toBeGreaterThan(60);
  });

  it.each([
    ['stripe', 'payment_intent.succeeded'],
    ['stripe', 'payment_intent.payment_failed'],
    ['stripe', 'payment_intent.canceled'],
    ['stripe', 'charge.refunded'],
    ['stripe', 'customer.subscription.created'],
    ['stripe', 'customer.subscription.updated'],
    ['stripe', 'customer.subscription.deleted'],
    ['stripe', 'invoice.paid'],
    ['stripe', 'invoice.payment_failed'],
    ['stripe', 'charge.dispute.created'],
    ['sendgrid', 'batch'],
    ['github', 'push'],
    ['github', 'pull_request'],
    ['slack', 'app_mention'],
    ['slack', 'slash_command'],
  ])('has %s %s', (provider, type) => {
    expect(build(provider, type).length).toBeGreaterThan(100);
  });

  it.each(all)('$provider $type is told in one line', ({ type, events }) => {
    expect(events.types[type]?.about).toMatch(/^[A-Z`][^\n]{20,170}\.$/);
  });

  it.each(all)('$provider $type holds no secret and fits an answer', ({ provider, type }) => {
    const body = build(provider, type);
    expect(redactSecrets(body).kinds).toEqual([]);
    expect(body.length).toBeLessThan(10_000);
  });

  it('makes another event each time', () => {
    const id = () => json('stripe', 'payment_intent.succeeded').id;
    expect(id()).not.toBe(id());
  });
});

describe('Stripe', () => {
  it('is indented as Stripe sends it, at the version of the operations', () => {
    const text = build('stripe', 'invoice.paid');
    expect(text).toMatch(/^\{\n {2}"id": "evt_/);
    expect(JSON.parse(text)).toMatchObject({
      api_version: STRIPE_API_VERSION,
      created: 1_795_435_200,
      livemode: false,
    });
    expect(STRIPE_API_VERSION).toBe('2026-10-28.endive');
  });

  it('has its fields where they are since basil', () => {
    const { object: subscription } = json('stripe', 'customer.subscription.created').data;
    expect(subscription.items.data[0].current_period_end).toBe(1_795_435_200 + 30 * 24 * 60 * 60);
    expect(subscription).not.toHaveProperty('current_period_end');
    const { object: invoice } = json('stripe', 'invoice.paid').data;
    expect(invoice.parent.subscription_details.subscription).toMatch(/^sub_/);
    expect(invoice.payments.data[0].payment.payment_intent).toMatch(/^pi_/);
    expect(invoice.lines.data[0].pricing.price_details.price).toMatch(/^price_/);
    for (const gone of ['subscription', 'payment_intent', 'charge', 'paid', 'tax'])
      expect(invoice).not.toHaveProperty(gone);
    expect(json('stripe', 'charge.succeeded').data.object).not.toHaveProperty('invoice');
  });
});

describe('layouts', () => {
  it('SendGrid: one event per line, CRLF at the end', () => {
    const lines = build('sendgrid', 'batch').split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^\[\{"email"/);
    expect(lines[3]).toBe('');
  });

  it('forms are encoded', () => {
    expect(build('twilio', 'message.received')).toContain('Body=It%27s+amazing+%26+it+works+%2B+more');
  });
});

describe('overrides', () => {
  it('are merged field by field', () => {
    const event = json('stripe', 'payment_intent.succeeded', {
      livemode: true,
      data: { object: { amount: 4200, metadata: { order_id: '7' }, customer: null, payment_method_types: ['link'] } },
    });
    expect(event).toMatchObject({ livemode: true, type: 'payment_intent.succeeded' });
    const { object } = event.data;
    expect(object).toMatchObject({ amount: 4200, customer: null, currency: 'usd', payment_method_types: ['link'] });
    expect(object.metadata).toEqual({ order_id: '7' });
  });

  it('reach each event of a batch, and the fields of a form', () => {
    const batch = json('sendgrid', 'batch', { email: 'x@example.com' }) as { email: string }[];
    expect(batch.map(({ email }) => email)).toEqual(['x@example.com', 'x@example.com', 'x@example.com']);
    const form = new URLSearchParams(build('twilio', 'message.received', { Body: 'a & b', NumMedia: 2 }));
    expect([form.get('Body'), form.get('NumMedia'), form.get('To')]).toEqual(['a & b', '2', '+14155550199']);
  });

  it('do not reach a prototype', () => {
    const overrides = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    json('stripe', 'payment_intent.succeeded', overrides);
    expect({}).not.toHaveProperty('polluted');
  });
});
