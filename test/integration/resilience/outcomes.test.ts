import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Repeat } from '../../../src/resilience/classify.ts';
import { newTrace } from '../../../src/resilience/pipeline.ts';
import type { Behaviour } from '../../support/loopback-service.ts';
import { answer, listen, reset, silence, startService } from '../../support/loopback-service.ts';
import { openHttpPipeline } from './http-calls.ts';

const brokenBody: Behaviour = (response, request) => {
  response.writeHead(200, { 'content-length': '1000' }).write('{"ok":');
  setTimeout(() => request.socket.resetAndDestroy(), 10);
};
const notJson: Behaviour = (response) => void response.end('<html>welcome</html>');

describe('what is known about the effect of a call', () => {
  it.each<[string, Repeat, Behaviour[], number, string]>([
    ['answered', 'unsafe', [answer(200)], 1, 'executed'],
    ['refused', 'unsafe', [answer(400)], 1, 'not_executed'],
    ['reset after it was sent', 'unsafe', [reset], 1, 'unknown'],
    ['reset in the middle of the answer', 'unsafe', [brokenBody], 1, 'unknown'],
    ['answered with something else than JSON', 'unsafe', [notJson], 1, 'unknown'],
    ['failed at the service', 'unsafe', [answer(500)], 1, 'unknown'],
    ['reset, then answered for the same key', 'with-key', [reset, answer(200)], 2, 'executed'],
    ['reset, then refused for good for the same key', 'with-key', [reset, answer(400)], 2, 'not_executed'],
    ['reset, then turned away at the door', 'with-key', [reset, answer(401)], 2, 'unknown'],
    ['reset, then asked to wait too long', 'with-key', [reset, answer(429, {}, { 'retry-after': '99' })], 2, 'unknown'],
    ['reset, then refused, without a key', 'safe', [reset, answer(400)], 2, 'unknown'],
    ['reset each time', 'with-key', [reset], 3, 'unknown'],
    ['busy, then reset', 'with-key', [answer(429), reset, answer(409)], 3, 'unknown'],
    ['busy, then answered', 'unsafe', [answer(429), answer(425), answer(200)], 3, 'executed'],
    ['failed, then answered', 'safe', [answer(503), brokenBody, answer(200)], 3, 'executed'],
  ])('%s (%s)', async (_, repeat, behaviours, requests, outcome) => {
    const service = await startService(...behaviours);
    const { trace } = await openHttpPipeline().post(service.url, { repeat });
    expect(trace).toEqual({ attempts: requests, outcome });
    expect(service.received).toHaveLength(requests);
    for (const { method, headers, body } of service.received) {
      expect([method, headers['idempotency-key'], body]).toEqual(['POST', 'key-1', '{"amount":1}']);
    }
  });

  it('stays unknown when the service cannot be reached any more', async () => {
    const service = await startService((response, request) => {
      void service.stopListening();
      reset(response, request);
    });
    const { thrown, trace } = await openHttpPipeline().post(service.url, { repeat: 'with-key' });
    expect(thrown).toMatchObject({ failure: { kind: 'network', code: 'ECONNREFUSED', sent: false } });
    expect(trace).toEqual({ attempts: 3, outcome: 'unknown' });
  });

  it('stays unknown when a call of unknown outcome is taken up again and is not answered', async () => {
    const service = await startService(answer(401));
    const { trace } = await openHttpPipeline().post(service.url, { repeat: 'with-key', trace: newTrace('unknown') });
    expect(trace).toEqual({ attempts: 1, outcome: 'unknown' });
  });

  it('is nothing when nobody listens, and then even an unsafe call is repeated', async () => {
    const service = await startService(silence);
    await service.stopListening();
    const { thrown, trace } = await openHttpPipeline().post(service.url, { repeat: 'unsafe' });
    expect(thrown).toMatchObject({ failure: { kind: 'network', code: 'ECONNREFUSED', sent: false } });
    expect(trace).toEqual({ attempts: 3, outcome: 'not_executed' });
  });

  it('is unknown when the answer is not HTTP', async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    onTestFinished(() => void server.close());
    const { thrown, trace } = await openHttpPipeline().post(await listen(server), { repeat: 'unsafe' });
    expect(thrown).toMatchObject({ failure: { kind: 'network', sent: true } });
    expect(trace).toEqual({ attempts: 1, outcome: 'unknown' });
  });

  it('is nothing when the egress guard refuses the address, which does not count against the service', async () => {
    const { post, store } = openHttpPipeline();
    const { thrown, trace } = await post(new URL('https://10.0.0.1/v1/things'));
    expect(thrown).toMatchObject({ name: 'AppError', code: 'not_allowed' });
    expect(trace).toEqual({ attempts: 1, outcome: 'not_executed' });
    expect(await store.list()).toEqual([]);
  });
});
