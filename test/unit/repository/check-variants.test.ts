import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';

const ids = (text: string, file = 'src/a.ts') =>
  checkSource(file, text, { stripeSinceBasil: true }).map(({ rule }) => rule.id);

/** A handler that verifies, does something and answers. */
const handler = (work: string, path = '/stripe/webhook') => `
app.post('${path}', express.raw({ type: 'application/json' }), async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  ${work}
  res.json({ received: true });
});`;

describe('a handler that counts up', () => {
  const BY = 'customer: event.data.object.customer';
  const READ = `const user = await User.findOne({ ${BY} });`;

  it.each([
    `await db.account.update({ where: { ${BY} }, data: { credits: { increment: 10 } } });`,
    `await User.updateOne({ ${BY} }, { $inc: { credits: 10 } });`,
    `${READ} user.credits += 100; await user.save();`,
    `${READ} if (!user) return res.sendStatus(404); user.credits = user.credits + 100; await user.save();`,
    `${READ} user.payments++; await user.save();`,
  ])('does so again for every duplicate: %s', (work) => {
    expect(ids(handler(work))).toEqual(['handler-not-idempotent']);
  });

  it.each([
    `await db.account.update({ where: { ${BY} }, data: { plan: 'pro' } });`,
    `if (await events.insertOnce(event.id)) await User.updateOne({ ${BY} }, { $inc: { credits: 10 } });`,
    `await Order.updateOne({ ${BY}, status: 'open' }, { $set: { status: 'paid' }, $inc: { version: 1 } });`,
    `${READ} user.plan = 'pro'; await user.save();`,
    `${READ} if (user.lastEvent === event.id) return res.sendStatus(200); user.credits += 1; await user.save();`,
    `${READ} user.lastEvent = event.id; user.credits += 1; await user.save();`,
  ])('does so once, or sets values: %s', (work) => {
    expect(ids(handler(work))).toEqual([]);
  });
});

describe('money', () => {
  it.each([
    'export function toMinor(price) { return Number(price) * 100; }',
    'export const toCents = (text) => parseFloat(text) * 100;',
    'const amount = Math.floor(19.99 * 100);',
    'pay({ amount: Math.trunc(order.total * 100) });',
    'pay({ total: parseFloat(cart.sum) * 100 });',
    "stripe.paymentIntents.create({ amount: total * 1.19, currency: 'eur' }, { idempotencyKey });",
    "const VAT = 1.19; stripe.paymentIntents.create({ amount: net * VAT, currency: 'eur' }, { idempotencyKey });",
  ])('is a float: %s', (text) => {
    expect(ids(text)).toEqual(['float-money']);
  });

  it('is reported once where a name carries it into a call', () => {
    expect(ids('const amount = Math.floor(price * 100);\npay({ amount });')).toEqual(['float-money']);
  });

  it.each([
    'export function toMinor(price) { return Math.round(Number(price) * 100); }',
    'export const percentOf = (ratio) => Number(ratio) * 100;',
    'export const width = (text) => parseFloat(text) * 100;',
    'const amount = Math.floor(Math.random() * 100);',
    'const amount = Math.floor(total / 100) * 100;',
    'show({ total: Number(progress.total_ratio) * 100 });',
    "stripe.paymentIntents.create({ amount: Math.round(total * 1.19), currency: 'eur' }, { idempotencyKey });",
    'draw({ amount: width * 1.5 });',
  ])('is none, or an integer: %s', (text) => {
    expect(ids(text)).toEqual([]);
  });
});

describe('a loop without an end', () => {
  const loop = (attempt: string, failed = 'await sleep(1_000);') =>
    `async function load(client, queue) { let n = 0; while (true) { try { ${attempt} } catch (error) { ${failed} } } }`;

  it.each([
    "const r = await client.get('/a'); if (r.ok) return r;",
    "const r = await client.get('/a'); if (r.ok) return r; console.log('again'); await sleep(500);",
    "const r = await client.get('/a'); if (!r.ok) throw new Error('refused'); return r;",
  ])('repeats for ever whatever fails: %s', (attempt) => {
    expect(ids(loop(attempt))).toContain('unbounded-retry');
  });

  it.each([
    "const r = await client.get('/a'); if (r.ok || n > 3) return r; n += 1;",
    "if (n > 3) return undefined; n += 1; return await client.get('/a');",
    'const job = await queue.take(); if (job.last) return; await run(job);',
    'const part = await queue.read(); if (part.done) break; show(part);',
  ])('ends, or is a worker: %s', (attempt) => {
    expect(ids(loop(attempt))).not.toContain('unbounded-retry');
  });

  it('ends when the failure does', () => {
    const attempt = "const r = await client.get('/a'); if (r.ok) return r;";
    expect(ids(loop(attempt, 'if (++n > 3) throw error; await sleep(1_000);'))).not.toContain('unbounded-retry');
  });
});

describe('a loop that waits after a failure', () => {
  const POST = "fetch('https://a.example.com', { method: 'POST', body, signal })";

  it.each([
    `for (let i = 0; i < 3; i++) { try { return await ${POST}; } catch { await sleep(Math.random() * 2 ** i * 100); } }`,
    `let i = 0; while (i < 3) { try { return await ${POST}; } catch { i += 1; } await delay(random(i)); }`,
  ])('is a retry, whatever it counts with: %s', (text) => {
    expect(ids(`async function send(body, signal) { ${text} }`)).toEqual(['post-retried-without-key']);
  });

  it.each([
    `for (let i = 0; i < urls.length; i++) { try { return await ${POST}; } catch { await sleep(100); } }`,
    `for (let i = 0; i < 3; i++) { try { await ${POST}; } catch { await sleep(100); } }`,
    `for (let i = 0; i < 3; i++) { try { return await ${POST}; } catch { failed(i); } }`,
    `for (let i = 0; i < 3; i++) { try { return await ${POST.replace("'https://a.example.com'", 'urls[i]')}; } catch { await sleep(100); } }`,
  ])('and does something else each time is none: %s', (text) => {
    expect(ids(`async function send(body, signal, urls) { ${text} }`)).toEqual([]);
  });
});

describe('an idempotency key', () => {
  const PAY = 'stripe.paymentIntents.create';

  it.each([
    `pRetry(() => ${PAY}({ amount }, { idempotencyKey: randomUUID() }));`,
    `pRetry(() => { const idempotencyKey = uuidv4(); return ${PAY}({ amount }, { idempotencyKey }); });`,
    `retry(() => client.post(url, order, { headers: { 'Idempotency-Key': \`\${order.id}-\${Date.now()}\` } }));`,
    `for (let attempt = 0; attempt < 3; attempt++) { const key = nanoid(); try { ${PAY}({ amount }, { idempotencyKey: key }); break; } catch {} }`,
  ])('that is new for every attempt is none: %s', (text) => {
    expect(ids(text)).toContain('post-retried-without-key');
  });

  it.each([
    `const idempotencyKey = randomUUID(); pRetry(() => ${PAY}({ amount }, { idempotencyKey }));`,
    `let key; pRetry(() => { key ??= randomUUID(); return ${PAY}({ amount }, { idempotencyKey: key }); });`,
    `pRetry(() => ${PAY}({ amount, at: Date.now() }, { idempotencyKey: order.id }));`,
  ])('that stays the same is one: %s', (text) => {
    expect(ids(text)).not.toContain('post-retried-without-key');
  });
});

describe('a webhook route', () => {
  const SHIP = 'await ship(event.data.object);';

  it.each(['/api/stripeWebhook', '/webhook3', '/stripe/webhooks2/eu', '/stripe/events'])('is one at %s', (path) => {
    expect(ids(handler(SHIP, path))).toEqual(['handler-not-idempotent']);
    expect(ids(`app.use(express.json());${handler('await inbox.insert(event);', path)}`)).toEqual([
      'body-parsed-before-webhook',
    ]);
  });

  it('is one in a file of any name when its handler verifies an event', () => {
    const text = `export async function POST(request) {
      const event = await stripe.webhooks.constructEventAsync(await request.text(), header, secret);
      await ship(event.data.object);
    }`;
    expect(ids(text, 'src/app/api/stripe/route.ts')).toEqual(['handler-not-idempotent']);
    expect(ids(text.replace('constructEventAsync', 'readOrder'), 'src/app/api/stripe/route.ts')).toEqual([]);
  });

  it.each(['/createWebhook', '/admin/registerWebhook', '/webhookSettings'])('is none at %s', (path) => {
    expect(ids(`app.post('${path}', async (req, res) => { await db.insert(req.body); res.json({}); });`)).toEqual([]);
  });
});

describe('a signature', () => {
  const DIGEST = "const hash = createHmac('sha256', secret).update(body).digest('hex');";

  it.each([
    `${DIGEST} if (headers['x-hub-signature-256'] === \`sha256=\${hash}\`) accept();`,
    `${DIGEST} if (Buffer.compare(Buffer.from(hash), Buffer.from(given)) === 0) accept();`,
    `${DIGEST} if (Buffer.from(hash).compare(given) === 0) accept();`,
    `const ok = (hash, headers) => headers['x-hub-signature-256'] === \`sha256=\${hash}\`;`,
  ])('is compared in a way that tells where it differs: %s', (text) => {
    expect(ids(text)).toContain('signature-compared-with-equals');
  });

  it.each([
    "if (headers['x-hub-signature-256'] === undefined) refuse();",
    "const same = Buffer.compare(createHash('sha256').update(a).digest(), b) === 0;",
  ])('is not compared: %s', (text) => {
    expect(ids(text)).toEqual([]);
  });
});

describe('the log', () => {
  it('gets a key of the environment', () => {
    expect(ids('console.log(process.env.STRIPE_SECRET_KEY);')).toEqual(['payload-logged']);
    expect(ids('console.log(process.env.STRIPE_PUBLISHABLE_KEY, process.env.NODE_ENV);')).toEqual([]);
  });
});

describe('a signed timestamp', () => {
  const verify = (time: string, more = '') => `function isGenuine(req, raw, given) {
    ${time} ${more}
    return safeEqual(createHmac('sha256', secret).update(\`\${t}.\${raw}\`).digest(), given);
  }`;
  const TIMES = [
    "const t = req.headers['x-timestamp'];",
    "const t = req.get('X-Acme-Request-Timestamp');",
    "const { t } = parse(req.headers['acme-signature']);",
    "const header = req.headers['acme-signature']; const t = header.split(',')[0];",
  ];

  it.each(TIMES)('is to be compared with a clock, whatever the header: %s', (time) => {
    expect(ids(verify(time))).toEqual(['missing-timestamp-tolerance']);
    expect(ids(verify(time, 'if (Math.abs(Date.now() / 1000 - t) > 300) return false;'))).toEqual([]);
  });

  it('is ours, or none, where no header brought it', () => {
    expect(ids(verify('const t = settings.version;'))).toEqual([]);
    expect(ids(verify("const t = 1; const id = req.headers['x-id'];"))).toEqual([]);
  });
});
