import { createHmac } from 'node:crypto';
import { makeCertificate } from '../certificates.ts';
import type { Sample } from '../deliveries.ts';
import {
  authorities,
  calendly,
  clerk,
  github,
  intercom,
  linear,
  NOW_MS,
  NOW_S,
  PAYPAL_NAME,
  paypal,
  paypalKeys,
  schemeOf,
  shopify,
  slack,
  square,
  stripe,
  zoom,
} from '../deliveries.ts';
import type { Failure } from './failure.ts';

const rename = (change: (name: string) => string) => (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [change(name), value]));
const rewrite = (change: (value: string) => string) => (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, /signature|hmac/.test(name) ? change(value) : value]),
  );

const twilio: Sample = {
  provider: 'twilio',
  scheme: schemeOf('twilio'),
  secret: '12345abcde67890fghij',
  otherSecret: 'another token',
  url: 'https://example.com/twilio?a=1&b=x+y',
  sign: (body, _timestamp, secret = twilio.secret) => {
    const fields = [...new URLSearchParams(body.toString())].sort(([a], [b]) => (a < b ? -1 : 1));
    const text = `${twilio.url}${fields.map(([name, value]) => name + value).join('')}`;
    return { 'x-twilio-signature': createHmac('sha1', secret).update(text).digest('base64') };
  },
  body: Buffer.from('To=%2B18005551212&From=%2B14158675309&Body=Hi+there'),
  eventId: undefined,
  eventType: '',
};

const forged = makeCertificate({
  commonName: PAYPAL_NAME,
  key: paypalKeys.publicKey,
  issuer: { commonName: PAYPAL_NAME, privateKey: paypalKeys.privateKey },
});

export const transportFailures: readonly Failure[] = [
  { kind: 'clock 10 minutes behind', of: stripe, at: NOW_S + 600, cause: 'clock_skew' },
  { kind: 'delivery replayed after a day', of: slack, at: NOW_S - 86_400, cause: 'clock_skew' },
  { kind: 'timestamp in milliseconds', of: calendly, at: NOW_MS, cause: 'timestamp_in_milliseconds' },
  {
    kind: 'milliseconds in the header only',
    of: zoom,
    headers: (headers) => ({ ...headers, 'x-zm-request-timestamp': `${NOW_S}000` }),
    cause: 'timestamp_in_milliseconds',
  },
  {
    kind: 'header with underscores',
    of: paypal,
    headers: rename((name) => name.replaceAll('-', '_')),
    cause: 'header_renamed',
  },
  {
    kind: 'header as a CGI variable',
    of: square,
    headers: rename((name) => `HTTP_${name.replaceAll('-', '_').toUpperCase()}`),
    cause: 'header_renamed',
  },
  {
    kind: 'header behind X-Forwarded-',
    of: clerk,
    headers: rename((name) => `x-forwarded-${name}`),
    cause: 'header_renamed',
  },
  { kind: 'header dropped by a proxy', of: shopify, headers: () => ({ host: 'example.com' }), cause: 'header_missing' },
  { kind: 'header is the text undefined', of: stripe, headers: rewrite(() => 'undefined'), cause: 'header_malformed' },
  {
    kind: 'prefix of the signature cut off',
    of: github,
    headers: rewrite((value) => value.replace('sha256=', '')),
    cause: 'signature_rewritten',
  },
  {
    kind: 'signature in upper case',
    of: slack,
    headers: rewrite((value) => `v0=${value.slice(3).toUpperCase()}`),
    cause: 'signature_rewritten',
  },
  {
    kind: 'signature percent-encoded',
    of: stripe,
    headers: rewrite((value) => encodeURIComponent(value)),
    cause: 'signature_rewritten',
  },
  {
    kind: 'signature in quotes',
    of: intercom,
    headers: rewrite((value) => `"${value}"`),
    cause: 'signature_rewritten',
  },
  {
    kind: 'repeated header joined with a comma',
    of: shopify,
    headers: rewrite((value) => `${value}, ${value}`),
    cause: 'signature_rewritten',
  },
  {
    kind: 'base64 signature as hex',
    of: square,
    headers: rewrite((value) => Buffer.from(value, 'base64').toString('hex')),
    cause: 'signature_rewritten',
  },
  {
    kind: 'hex signature as base64',
    of: linear,
    headers: rewrite((value) => Buffer.from(value, 'hex').toString('base64')),
    cause: 'signature_rewritten',
  },
  {
    kind: 'delivery of another provider',
    of: { ...stripe, sign: slack.sign },
    other: [{ name: 'SLACK', value: slack.secret }],
    cause: 'other_provider',
  },
  {
    kind: 'delivery of another provider whose secret is not known',
    of: { ...github, sign: zoom.sign },
    cause: 'other_provider',
  },
  {
    kind: 'JSON of another provider, signed in its body',
    of: { ...linear, sign: () => ({}) },
    signed: '{"signature":{"timestamp":"1","token":"t","signature":"00"}}',
    cause: 'other_provider',
  },
  { kind: 'URL not given', of: twilio, delivery: { url: undefined }, cause: 'url_missing' },
  {
    kind: 'URL with http behind a proxy that ends TLS',
    of: twilio,
    delivery: { url: 'http://example.com/twilio?a=1&b=x+y' },
    cause: 'url_changed',
  },
  {
    kind: 'URL with the port of the container',
    of: square,
    delivery: { url: 'https://example.com:8080/webhooks/square?shop=7' },
    cause: 'url_changed',
  },
  {
    kind: 'URL with a slash at the end',
    of: square,
    delivery: { url: 'https://example.com/webhooks/square/?shop=7' },
    cause: 'url_changed',
  },
  {
    kind: 'URL without its query',
    of: {
      ...square,
      url: 'https://example.com/webhooks/square',
      sign: (body) => ({
        'x-square-hmacsha256-signature': createHmac('sha256', square.secret)
          .update(`https://example.com/webhooks/square${body}`)
          .digest('base64'),
      }),
    },
    delivery: { url: 'https://example.com/webhooks/square?utm=1' },
    cause: 'url_changed',
  },
  {
    kind: 'URL of the inner host, the outer one forwarded',
    of: twilio,
    delivery: { url: 'http://10.0.0.7:3000/twilio?a=1&b=x+y' },
    headers: (headers) => ({ ...headers, 'x-forwarded-host': 'example.com' }),
    cause: 'url_changed',
  },
  {
    kind: 'URL with its query encoded anew',
    of: twilio,
    delivery: { url: 'https://example.com/twilio?a=1&b=x%20y' },
    cause: 'url_changed',
  },
  {
    kind: 'certificate out of reach',
    of: paypal,
    delivery: { certificate: { problem: 'It could not be fetched.' } },
    cause: 'certificate_missing',
  },
  {
    kind: 'certificate that nobody vouches for',
    of: paypal,
    delivery: { certificate: { pem: forged, roots: [authorities.rootPem] } },
    cause: 'certificate_untrusted',
  },
  {
    kind: 'certificate at a foreign host',
    of: paypal,
    headers: (headers) => ({ ...headers, 'paypal-cert-url': 'https://paypal.com.evil.example/cert' }),
    cause: 'certificate_untrusted',
  },
  {
    kind: 'field of the signature missing',
    of: { ...linear, scheme: schemeOf('mailgun'), sign: () => ({}) },
    signed: '{"event-data":{"event":"delivered"}}',
    cause: 'field_missing',
  },
  {
    kind: 'field of the wrong kind',
    of: { ...linear, scheme: schemeOf('mailgun'), sign: () => ({}) },
    signed: '{"signature":{"timestamp":"1","token":"t","signature":{}}}',
    cause: 'field_malformed',
  },
];
