import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server-process.ts';
import { connectRaw, OLDER, TONGUES } from './raw-client.ts';

const INVALID_PARAMS = -32_602;
const INTERNAL = -32_603;
const METHOD_NOT_FOUND = -32_601;

describe.each(TONGUES)('a request that cannot be answered (%s)', (tongue) => {
  it.each([
    ['tools/call', { name: 5 }, INVALID_PARAMS, /^Invalid params: name: /],
    ['tools/call', { name: 'breaker_status', arguments: [] }, INVALID_PARAMS, /^Invalid params: arguments: /],
    ['tools/call', { name: 'toString' }, INVALID_PARAMS, /^Unknown tool/],
    ['prompts/get', { name: 'incident', arguments: { symptom: 5 } }, INVALID_PARAMS, /arguments\.symptom/],
    ['resources/list', { cursor: '0x10' }, INVALID_PARAMS, /cursor/],
    ['resources/list', { cursor: '1e3' }, INVALID_PARAMS, /cursor/],
    ['resources/read', { uri: 'breaker://nope' }, INVALID_PARAMS, /no integration/],
    ['resources/read', { uri: 'nothing://at/all' }, INVALID_PARAMS, /no such resource/],
    ['nothing/at/all', {}, METHOD_NOT_FOUND, /./],
    ['toString', {}, METHOD_NOT_FOUND, /./],
  ])('%s %j', async (method, params, code, message) => {
    const { request } = await connectRaw(tongue);
    const { error } = await request(method, params);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error?.message).not.toMatch(/[{[]/);
  });
});

describe.each(TONGUES)('with a database that cannot be opened (%s)', (tongue) => {
  const completion = {
    ref: { type: 'ref/prompt', name: 'incident' },
    argument: { name: 'integration', value: '' },
  };
  const requests: readonly [string, object][] = [
    ['resources/read', { uri: 'memory://recent' }],
    ['prompts/get', { name: 'incident' }],
    ['completion/complete', completion],
    ['resources/subscribe', { uri: 'memory://recent' }],
  ];

  // The stateless protocol has no such subscriptions.
  it.each(
    requests.slice(0, tongue === 'auto, stateless' ? 3 : 4),
  )('%s says so, with what to do', async (method, params) => {
    const databasePath = temporaryFolder();
    mkdirSync(databasePath, { recursive: true });
    const { request } = await connectRaw(tongue, { databasePath });
    expect((await request(method, params)).error).toMatchObject({
      code: INTERNAL,
      data: { code: expect.any(String), hint: expect.any(String) },
    });
  });
});

describe.each(TONGUES)('completion (%s)', (tongue) => {
  const complete = async (ref: object, name: string, value: string) => {
    const { request } = await connectRaw(tongue);
    return request('completion/complete', { ref, argument: { name, value } });
  };
  const topics = { type: 'ref/resource', uri: 'guide://{topic}' };

  it('knows the values of a variable', async () => {
    const { result } = await complete(topics, 'topic', 'webhooks-str');
    expect(result).toMatchObject({ completion: { values: ['webhooks-stripe'] } });
  });

  it.each([
    ['a variable that the template does not have', topics, 'nonsense'],
    ['an address without a variable', { type: 'ref/resource', uri: 'memory://recent' }, 'id'],
    ['an argument that the prompt does not have', { type: 'ref/prompt', name: 'incident' }, 'nonsense'],
    ['a prompt that there is not', { type: 'ref/prompt', name: 'nonsense' }, 'x'],
  ])('refuses %s', async (_what, ref, name) => {
    expect((await complete(ref, name, '')).error).toMatchObject({ code: INVALID_PARAMS });
  });
});

describe.each(OLDER)('the log (%s)', (tongue) => {
  it('is passed on from the level that the client sets, and not before', async () => {
    const { edge, received, request } = await connectRaw(tongue);
    const line = (level: number) => `${JSON.stringify({ level, pid: 1, msg: `of level ${level}` })}\n`;
    const messages = () => received.filter(({ method }) => method === 'notifications/message');
    edge.forwardLog(line(50));
    expect((await request('logging/setLevel', { level: 'loud' })).error).toMatchObject({ code: INVALID_PARAMS });
    expect((await request('logging/setLevel', { level: 'warning' })).result).toEqual({});
    edge.forwardLog(line(30));
    edge.forwardLog(line(40));
    await request('ping');
    expect(messages()).toMatchObject([{ params: { level: 'warning', data: { msg: 'of level 40' } } }]);
  });
});

it('logs of an answer that nobody asked for no more than that it came', async () => {
  const { send, request, warnings } = await connectRaw('2025');
  send({ id: 4711, result: { secretish: 'hunter2-correct-horse' } });
  await request('tools/list');
  expect(warnings).toEqual(['protocol error {"cause":"Received a response for an unknown message ID"}']);
});
