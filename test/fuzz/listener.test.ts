import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { route, send, setup, signed, stripeEvent } from '../integration/webhooks/listener-setup.ts';
import { expectNoLeak } from './judge.ts';
import { searching, TEST_MS } from './limits.ts';

const piece = fc.oneof(
  fc.constantFrom(
    'POST /stripe HTTP/1.1\r\n',
    'POST http://elsewhere.example/stripe HTTP/1.1\r\n',
    'POST /stripe/../../etc/passwd HTTP/1.1\r\n',
    'POST /stripe?%00 HTTP/1.0\r\n',
    'GET /stripe HTTP/1.1\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'Host: x\r\n',
    'Host: 127.0.0.1\r\nHost: y\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: -1\r\n',
    'Content-Length: 99999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Content-Encoding: gzip\r\n',
    'Expect: 100-continue\r\n',
    'Upgrade: websocket\r\nConnection: Upgrade\r\n',
    'Stripe-Signature: t=1,v1=00\r\n',
    `Stripe-Signature: ${'t=1,v1=00,'.repeat(500)}\r\n`,
    'X-A: b\r\n'.repeat(300),
    `X-Long: ${'y'.repeat(40_000)}\r\n`,
    '\r\n',
    '\r\n\r\n',
    '{"id":"evt_1"}',
    '5\r\nhello\r\n0\r\n\r\n',
    'FFFFFFFF\r\n',
    '\u0000',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const requests = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));

/** Writes as it stands, and answers with what came back until the connection ended or nothing came any more. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(text, 'latin1'));
    const end = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(500, end);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', end);
    socket.on('close', end);
  });
}

it(
  'whatever reaches the listener, it stores nothing of it as verified and goes on taking genuine events',
  async () => {
    const { listener, events, workspace } = setup();
    const { port = 0 } = await listener.start(0, [route()]);
    let [round, genuine] = [0, 0];
    const property = fc.asyncProperty(requests, async (text) => {
      expectNoLeak(await exchange(port, text), ['whsec_0123456789abcdef']);
      round += 1;
      if (round % 10 !== 0) return;
      genuine += 1;
      const body = stripeEvent(`evt_genuine_${genuine}`);
      expect((await send(port, '/stripe', body, signed(body))).status).toBe(200);
    });
    await fc.assert(property, searching(10_000, 200));
    const kept = await events.list(workspace, { limit: 100_000 });
    const verified = kept.filter(({ status }) => status !== 'unverified');
    expect(verified.length).toBe(genuine);
    expect(verified.every(({ eventId }) => eventId?.startsWith('evt_genuine_'))).toBe(true);
  },
  TEST_MS,
);
