import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';

const CORRECT = resolve(import.meta.dirname, '../../fixtures/check/correct');

/** Correct code in which one thing is changed: the file, what is replaced, by what, and the rule that has to see it. */
const MUTATIONS: readonly (readonly [file: string, from: string | RegExp, to: string, rule: string])[] = [
  [
    '01-express-raw-first.js',
    'const app = express();',
    'const app = express();\napp.use(express.json());',
    'body-parsed-before-webhook',
  ],
  [
    '06-app-router.ts',
    /const text = [\s\S]*?Async\(text/,
    'let event;\n try { const text = await request.json(); event = await stripe.webhooks.constructEventAsync(JSON.stringify(text)',
    'signature-over-reserialized-json',
  ],
  ['06-app-router.ts', /const fresh[\s\S]*?return;\n/, '', 'handler-not-idempotent'],
  [
    '12-slack-with-clock.ts',
    /, now = Date\.now\(\) \/ 1000(\)[\s\S]*?)if \(!Number.*/,
    '$1',
    'missing-timestamp-tolerance',
  ],
  ['13-middleware-verifies.ts', ' verifyShopify,', '', 'webhook-without-verification'],
  ['14-claim-then-act.js', /const claimed[\s\S]*?true \}\);\n/, '', 'effect-before-recording'],
  ['15-store-answer-process.ts', 'await inbox.save(event);', '', 'answered-before-durable'],
  ['18-counted-interceptor.js', /config\.attempts = .*\n(.*)&& config\.attempts < 3/, '$1', 'retry-in-interceptor'],
  ['19-retry-outside.ts', ', { idempotencyKey }', '', 'post-retried-without-key'],
  ['19-retry-outside.ts', 'maxNetworkRetries: 0, ', '', 'retry-multiplied'],
  ['21-post-with-key-loop.ts', ", 'Idempotency-Key': key", '', 'post-retried-without-key'],
  ['21-post-with-key-loop.ts', 'Math.random() * 100', '100', 'retry-without-jitter'],
  ['23-for-ever-with-count.ts', /if \(attempt >= 5.*\n/, '\n', 'unbounded-retry'],
  ['24-timeouts.js', 'axios.defaults.timeout = 10_000;', '', 'missing-timeout'],
  ['27-breaker-half-open.ts', /this\.state = 'closed';\n {2}\}/, '}', 'breaker-never-closes'],
  ['27-breaker-half-open.ts', /probing/g, 'x', 'half-open-unlimited'],
  ['29-breaker-classified.ts', 'if (isOurs(error)) throw error;', '', 'client-error-counts-as-failure'],
  ['29-breaker-classified.ts', 'errorFilter: isOurs,', '', 'client-error-counts-as-failure'],
  ['30-money.ts', 'Math.round(Number(cart.price) * 100)', 'Number(cart.price) * 100', 'float-money'],
  ['31-current-fields.ts', 'item?.current_period_end', 'subscription.current_period_end', 'removed-api-field'],
  [
    '31-current-fields.ts',
    'invoice.parent?.subscription_details?.subscription',
    'invoice.subscription',
    'removed-api-field',
  ],
  ['32-settings.ts', 'process.env.STRIPE_PUBLISHABLE_KEY', 'process.env.SESSION_SECRET', 'secret-literal'],
  ['33-sparse-logs.ts', 'event.data.object.id', 'JSON.stringify(event.data.object)', 'payload-logged'],
  ['35-promises.js', 'inbox.insert(event.id, event)', 'orders.fulfil(event.data.object)', 'handler-not-idempotent'],
  ['36-nest.ts', 'this.events.append(event)', 'this.events.fulfil(event.data.object)', 'handler-not-idempotent'],
  [
    '38-deno-lookup-first.ts',
    /const \{ error \} = await[\s\S]*?update\(/,
    'if (event.type) {\n const session = event.data.object;\n await admin.from("orders").insert(session);\n await admin.from("orders").update(',
    'handler-not-idempotent',
  ],
  ['42-class-middleware.js', 'given.length === own.length && ', '', 'timing-safe-compare-length'],
  [
    '42-class-middleware.js',
    /return given\.length.*;/,
    "return own.toString('hex') === header;",
    'signature-compared-with-equals',
  ],
  [
    '42-class-middleware.js',
    'isGenuine(req.body',
    'isGenuine(JSON.stringify(req.body)',
    'signature-over-reserialized-json',
  ],
  ['42-class-middleware.js', '{ id: event.id, type: event.type }', 'event', 'payload-logged'],
];

describe('correct code with one fault', () => {
  it.each(MUTATIONS)('%s: %s → %s breaks %s and nothing else', (file, from, to, rule) => {
    const text = readFileSync(resolve(CORRECT, file), 'utf8');
    const faulty = text.replace(from, to);
    expect(faulty).not.toBe(text);
    const path = /^\/\/ path: (\S+)/.exec(text)?.[1] ?? '';
    const found = checkSource(path, faulty, { stripeSinceBasil: true });
    expect([...new Set(found.map(({ rule: { id } }) => id))]).toEqual([rule]);
  });
});
