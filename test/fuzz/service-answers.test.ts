import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectInMemory } from '../e2e/in-memory-server.ts';
import { listen } from '../support/loopback-service.ts';
import { onTestEnd, succeed } from '../support/server-process.ts';
import { TEST_KEY } from '../support/stripe-service.ts';
import { hostile } from './arguments.ts';
import { expectValid } from './judge.ts';
import { searching, TEST_MS } from './limits.ts';

const ENV = {
  STRIPE_SECRET_KEY: TEST_KEY,
  SENDGRID_API_KEY: `SG.${'f'.repeat(22)}.${'z'.repeat(43)}`,
  SHOP_KEY: 'shop-0123456789-key',
};
const SECRETS = Object.values(ENV);

/** What is written to the socket for a request, as it stands; the server closes after it. */
type Answer = (request: string) => Buffer;

const intent = {
  id: 'pi_1',
  object: 'payment_intent',
  amount: 1050,
  currency: 'usd',
  status: 'succeeded',
  client_secret: 'x',
};
const json = fc.oneof(
  hostile,
  fc.jsonValue({ maxDepth: 6 }),
  fc.tuple(fc.constantFrom(...Object.keys(intent)), hostile).map(([name, value]) => ({ ...intent, [name]: value })),
  hostile.map((value) => ({ error: { type: value, code: value, message: value, decline_code: value } })),
  hostile.map((value) => ({ data: value, has_more: value, items: value, errors: value })),
);
const status = fc.constantFrom(
  100,
  101,
  200,
  200,
  200,
  201,
  202,
  204,
  301,
  302,
  304,
  400,
  401,
  402,
  403,
  404,
  409,
  418,
  429,
  500,
  503,
  599,
);
const headerValue = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  fc.constantFrom('-1', '1e9', 'x'.repeat(3_000)),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'Retry-After',
    'Location',
    'Content-Encoding',
    'Set-Cookie',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'Request-Id',
    'Link',
    'Idempotent-Replayed',
    'Content-Type',
    'X-Message-Id',
  ),
  headerValue,
);

/** What is too deep for the serialiser is as deep in text. */
function serialize(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  }
}

const wellFormed: fc.Arbitrary<Answer> = fc.tuple(status, headers, json).map(([code, fields, value]) => {
  const body = Buffer.from(serialize(value));
  return () => response(code, fields, body);
});
const encoded: fc.Arbitrary<Answer> = fc
  .tuple(
    fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'nope'),
    fc.uint8Array({ maxLength: 200 }),
    fc.boolean(),
  )
  .map(([encoding, bytes, isBomb]) => {
    const body = isBomb ? gzipSync(Buffer.alloc(64 * 1024 * 1024)) : Buffer.from(bytes);
    return () => response(200, { 'Content-Encoding': encoding }, body);
  });
const malformed: fc.Arbitrary<Answer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => () => Buffer.from(bytes)),
  fc.constantFrom<Answer>(
    () => Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx'),
    () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456'),
    () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"a":'),
    () => Buffer.from(`HTTP/1.1 200 OK\r\n${'X-Flood: y\r\n'.repeat(5_000)}\r\n{}`),
    () => Buffer.from(`HTTP/1.1 200 OK\r\nX-Long: ${'y'.repeat(200_000)}\r\n\r\n{}`),
    () => response(200, {}, Buffer.from('\uFEFF{"id":"pi_1"}')),
    () => response(200, {}, Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])),
    () => response(200, {}, Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)),
    () => response(200, {}, Buffer.alloc(30 * 1024 * 1024, '[')),
    () => Buffer.alloc(0),
    // A service that says back what it was sent, the key included.
    (request) =>
      response(
        200,
        { 'Request-Id': request.slice(0, 50) },
        Buffer.from(JSON.stringify({ id: request, echo: request })),
      ),
    (request) =>
      response(400, {}, Buffer.from(JSON.stringify({ error: { code: request, type: request, message: request } }))),
  ),
);
const answers = fc.oneof(
  { weight: 5, arbitrary: wellFormed },
  { weight: 1, arbitrary: encoded },
  { weight: 3, arbitrary: malformed },
);

function response(code: number, fields: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const safe = Object.entries(fields).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, ' ')}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${code} X\r\n${safe.join('')}Content-Length: ${body.length}\r\n\r\n`),
    body,
  ]);
}

/** A service that answers every request with what `next` holds. */
async function startHostile() {
  const held: { next: Answer } = { next: () => Buffer.alloc(0) };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => socket.end(held.next(request.toString('latin1'))));
  });
  const url = await listen(server as Parameters<typeof listen>[0]);
  onTestEnd(() => void server.close());
  return { held, origin: url.origin };
}

it(
  'whatever a service answers, the tool gives a valid result in time and shows no secret',
  async () => {
    const { held, origin } = await startHostile();
    const server = await connectInMemory({ env: ENV });
    const patience = {
      timeout_ms: 300,
      deadline_ms: 1_000,
      retry: { max_attempts: 1 },
      breaker: { failure_threshold: 1_000, min_calls: 10_000 },
    };
    for (const service of ['stripe', 'sendgrid'])
      await succeed(server, 'configure_integration', { service, base_url: origin, ...patience });
    await succeed(server, 'configure_integration', {
      service: 'custom',
      name: 'shop',
      base_url: origin,
      secret_env: 'SHOP_KEY',
      allow: ['GET /*'],
      ...patience,
    });
    let count = 0;
    const calls = (reference: string): readonly [string, Record<string, unknown>][] => [
      ['create_payment_intent', { amount: 1050, currency: 'usd', reference, allow_duplicate: true }],
      ['retrieve_payment_intent', { payment_intent_id: 'pi_1' }],
      ['read_api', { integration: 'stripe', operation: 'listCustomers', limit: 5 }],
      ['read_api', { integration: 'shop', path: '/things', all: true }],
      ['send_email', { from: 'a@example.com', to: ['b@example.com'], subject: reference, text: 'x', reference }],
    ];
    const property = fc.asyncProperty(answers, fc.nat(4), async (answer, which) => {
      count += 1;
      held.next = answer;
      // Throttles that the service asked for would answer in its place.
      for (const integration of ['stripe', 'sendgrid', 'shop']) {
        await server.call('control_breaker', { integration, action: 'reset', reason: 'fuzz' });
      }
      const [tool, args] = calls(`order-${count}`)[which] ?? ['list_integrations', {}];
      const result = await server.call(tool, args);
      expectValid(result, SECRETS);
    });
    await fc.assert(property, searching(5_000, 60));
    expect(server.warnings.filter((line) => SECRETS.some((secret) => line.includes(secret)))).toEqual([]);
  },
  TEST_MS,
);
