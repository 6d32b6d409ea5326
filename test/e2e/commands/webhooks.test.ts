import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listen } from '../../support/loopback-service.ts';
import { awaitCommand, callCommand, runCommand, startCommand } from '../../support/run-command.ts';
import { onTestEnd, temporaryFolder } from '../../support/server-process.ts';

const SECRET = 'whsec_0123456789abcdef';
const ENV = { STRIPE_WEBHOOK_SECRET: SECRET };
const ESCAPE = String.fromCharCode(27);

function sign(body: string | Buffer, atS = Math.floor(Date.now() / 1000)): string {
  return `t=${atS},v1=${createHmac('sha256', SECRET).update(`${atS}.`).update(body).digest('hex')}`;
}

/** A handler of the user's own, which takes everything. */
async function startHandler() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    response.writeHead(200).end('ok');
  });
  const { origin } = await listen(server);
  onTestEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `${origin}/hooks`, bodies };
}

describe('breakwater webhooks listen, list, show and replay', () => {
  it('follow an event from its arrival to its second life', async () => {
    const folder = temporaryFolder();
    const handler = await startHandler();
    const listenArgs = ['webhooks', 'listen', 'stripe', '--port', '0', '--forward-to', handler.url];
    const { child, next } = startCommand(folder, listenArgs, ENV);
    expect(await next()).toBe('Listening (Ctrl-C ends it)');
    const [, url = ''] = /^ {2}(\S+\/stripe) stripe, secret in STRIPE_WEBHOOK_SECRET → /.exec(await next()) ?? [];

    const body = JSON.stringify({ id: 'evt_1', type: 'invoice.paid', object: 'event' });
    const post = (text: string, signature: string) =>
      fetch(url, { method: 'POST', body: text, headers: { 'stripe-signature': signature, 'x-note': 'plain' } });
    expect((await post(body, sign(body))).status).toBe(200);
    const seen: string[] = [];
    while (!/ processed | ignored /.test(seen.at(-1) ?? '')) seen.push(await next());
    expect(seen.at(-1)).toMatch(/^\d\d:\d\d:\d\d stripe invoice\.paid (?:processed|ignored) \w{26}$/);
    expect(handler.bodies).toEqual([body]);

    await post(body.replace('invoice.paid', 'invoice.lost'), sign(body));
    expect(await next()).toContain('unverified: signature_mismatch');
    const steering = `not JSON ${ESCAPE}[2J`;
    await post(steering, sign(steering));
    const [, steeringId = ''] = / stripe \(no type\) \w+ (\w{26})$/.exec(await next()) ?? [];
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);

    const listed = JSON.parse(runCommand(folder, ['webhooks', 'list', '--json']).stdout) as {
      events: { id: string }[];
    };
    expect(listed.events).toMatchObject([
      { id: steeringId },
      { status: 'unverified' },
      { event_id: 'evt_1', event_type: 'invoice.paid' },
    ]);
    const id = listed.events[2]?.id ?? '';
    const table = runCommand(folder, ['webhooks', 'list', '--type', 'invoice.paid']).stdout;
    expect(table.trim().split('\n')).toEqual([expect.stringContaining(`${id}  `)]);

    const shown = runCommand(folder, ['webhooks', 'show', id]).stdout;
    expect(shown).toContain('x-note: plain');
    expect(shown).toMatch(/Attempts\n(?:.*\n)?.*forward http:\/\/127\.0\.0\.1:\d+\/hooks 200/);
    expect(shown).toContain('"id":"evt_1"');
    const { stdout: steered } = runCommand(folder, ['webhooks', 'show', steeringId]);
    expect(steered).toContain('not JSON �[2J');
    expect(steered).not.toContain(ESCAPE);
    expect(runCommand(folder, ['webhooks', 'verify', '--event', id], { env: ENV })).toMatchObject({ status: 0 });

    const replayed = await awaitCommand(folder, ['webhooks', 'replay', id, '--times', '2'], { env: ENV });
    expect([replayed.status, replayed.stderr]).toEqual([0, '']);
    expect(replayed.stdout).toContain(`Sent to ${handler.url}`);
    expect(replayed.stdout).toContain('✓ verifies: ');
    expect(handler.bodies.slice(-2)).toEqual([body, body]);
  });

  it('judge a handler that takes everything, with exit code 1', async () => {
    const { url } = await startHandler();
    const args = ['webhooks', 'replay', '--provider', 'stripe', '--example', 'payment_intent.succeeded', '--to', url];
    const run = (...more: string[]) => callCommand(temporaryFolder(), [...args, '--faults', 'all', ...more], ENV);
    const { status, stdout } = await run();
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ rejects forged: .*\n {4}Fix: /);
    const { verdict } = JSON.parse((await run('--json')).stdout) as { verdict: object[] };
    expect(verdict).toContainEqual(expect.objectContaining({ point: 'rejects_forged', result: 'fail' }));
  });

  it('refuse what cannot be meant', async () => {
    const run = (...args: string[]) => callCommand(temporaryFolder(), ['webhooks', ...args], ENV);
    const away = await run(
      'replay',
      '--provider',
      'stripe',
      '--example',
      'payment_intent.succeeded',
      '--to',
      'http://example.com/',
    );
    expect(away).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('away from this machine') });
    expect(await run('listen', '--forward-to', 'http://127.0.0.1:1/')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Name the provider too'),
    });
  });
});

describe('breakwater webhooks verify', () => {
  const pretty = JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }, null, 2);
  const header = (body: string | Buffer, atS?: number) => ['--header', `Stripe-Signature: ${sign(body, atS)}`];
  const verify = (folder: string, input: string | Buffer, ...args: string[]) =>
    runCommand(folder, ['webhooks', 'verify', '--provider', 'stripe', '--body', '-', ...args], { env: ENV, input });

  it('knows a genuine delivery, from a file too, byte for byte', () => {
    const folder = temporaryFolder();
    expect(verify(folder, pretty, ...header(pretty))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('✓ genuine: '),
    });
    const odd = Buffer.concat([
      Buffer.from('{"id":"evt_1","type":"x","b":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}\r\n'),
    ]);
    const file = join(folder, 'body.json');
    writeFileSync(file, odd);
    const args = ['webhooks', 'verify', '--provider', 'stripe', '--body', file, ...header(odd), '--json'];
    const { status, stdout } = runCommand(folder, args, { env: ENV });
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { valid: true, matched_secret: 'STRIPE_WEBHOOK_SECRET' }]);
  });

  it.each([
    ['reserialised', JSON.stringify(JSON.parse(pretty)), [], 'json_reserialised', 'express.raw'],
    ['old', pretty, header(pretty, 1_700_000_000), 'timestamp', 'Fix:'],
    ['by another secret', pretty, ['--secret-env', 'OTHER'], 'secret', 'STRIPE_WEBHOOK_SECRET'],
  ])('explains one that is %s', async (_name, body, args, cause, advice) => {
    const given = args[0] === '--header' ? args : [...header(pretty), ...args];
    const folder = temporaryFolder();
    const file = join(folder, 'body.json');
    writeFileSync(file, body);
    const all = ['webhooks', 'verify', '--provider', 'stripe', '--body', file, ...given];
    const { status, stdout } = await callCommand(folder, all, { ...ENV, OTHER: 'whsec_other0123456789' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ /);
    expect(stdout).toContain(cause);
    expect(stdout).toContain(advice);
    expect(stdout).not.toContain(SECRET);
  });

  it.each([
    [['--header', 'no colon'], 'not of the form'],
    [['--secret-env', SECRET, '--header', 'Stripe-Signature: x'], 'name of an environment variable'],
  ])('refuses %j', (args, words) => {
    const ended = verify(temporaryFolder(), '{}', ...args);
    expect([ended.status, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain(SECRET);
  });

  it('says that the body is missing, or the file', async () => {
    const run = (...args: string[]) =>
      callCommand(temporaryFolder(), ['webhooks', 'verify', '--provider', 'stripe', ...args]);
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('Fix: Save the raw bytes') });
    expect(await run('--body', '/nowhere/body.json')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('There is no such file or folder: /nowhere/body.json.'),
    });
  });
});
