import { describe, expect, it } from 'vitest';
import { startGithub, startSlack } from '../../../src/exports/simulator.ts';
import { startReceiver } from './receiver.ts';
import { PATIENTLY, stopLater } from './setup.ts';

type Json = Record<string, unknown>;

async function slack(token = 'xoxb-test') {
  const receiver = await startReceiver();
  const simulator = stopLater(await startSlack({ webhook: { url: receiver.url, secret: 'hush' } }));
  const call = async (method: string, args: Json = {}, type = 'application/json'): Promise<Json> => {
    const body =
      type === 'application/json' ? JSON.stringify(args) : new URLSearchParams(args as Record<string, string>);
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const response = await fetch(`${simulator.url}/api/${method}`, { method: 'POST', headers, body });
    return (await response.json()) as Json;
  };
  return { simulator, receiver, call };
}

describe('Slack', () => {
  it('posts, threads, updates and deletes messages, and tells of them', async () => {
    const { call, receiver } = await slack();
    expect(await call('auth.test')).toMatchObject({ ok: true, user_id: 'U0LAN0Z89' });
    const posted = await call('chat.postMessage', { channel: '#general', text: 'Hello' });
    const { channel, ts } = posted;
    expect(posted).toMatchObject({ ok: true, channel: 'C0LAN2Q65', message: { text: 'Hello' } });
    await call(
      'chat.postMessage',
      { channel: 'general', text: 'Reply', thread_ts: String(ts) },
      'application/x-www-form-urlencoded',
    );
    await call('chat.update', { channel, ts, text: 'Hello all' });
    expect(await call('conversations.history', { channel })).toMatchObject({ messages: [{ text: 'Hello all' }] });
    expect(await call('conversations.replies', { channel, ts })).toMatchObject({
      messages: [{ text: 'Hello all' }, { text: 'Reply' }],
    });
    expect(await call('chat.delete', { channel, ts })).toMatchObject({ ok: true, ts });
    expect(await call('chat.delete', { channel, ts })).toMatchObject({ ok: false, error: 'message_not_found' });
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(2);
    const event = JSON.parse(receiver.received[0]?.body.toString() ?? '');
    expect(event).toMatchObject({ type: 'event_callback', event: { type: 'message', text: 'Hello', channel } });
  });

  it('pages by cursor', async () => {
    const { call } = await slack();
    for (let n = 0; n < 3; n += 1) await call('conversations.create', { name: `room-${n}` });
    const names: string[] = [];
    let cursor = '';
    do {
      const answer = await call('conversations.list', { limit: 2, cursor });
      names.push(...(answer['channels'] as { name: string }[]).map(({ name }) => name));
      cursor = (answer['response_metadata'] as { next_cursor: string }).next_cursor;
    } while (cursor !== '');
    expect(names).toEqual(['general', 'random', 'room-0', 'room-1', 'room-2']);
    expect(await call('conversations.create', { name: 'random' })).toMatchObject({ error: 'name_taken' });
    expect(await call('conversations.list', { cursor: 'nonsense' })).toMatchObject({ error: 'invalid_cursor' });
  });

  it.each([
    ['shoe.tie', {}, 'unknown_method'],
    ['__proto__', {}, 'unknown_method'],
    ['chat.postMessage', { channel: 'nowhere', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'general' }, 'no_text'],
    ['users.info', { user: 'U1' }, 'user_not_found'],
  ])('refuses %s %j', async (method, args, error) => {
    const { call } = await slack();
    expect(await call(method, args)).toMatchObject({ ok: false, error });
  });

  it('refuses keys of another form, and limits as Slack does', async () => {
    expect(await (await slack('nope')).call('auth.test')).toEqual({ ok: false, error: 'invalid_auth' });
    const { simulator } = await slack();
    simulator.script([{ kind: 'rate_limit', retry_after: 30 }]);
    const limited = await fetch(`${simulator.url}/api/auth.test`);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await limited.json()).toEqual({ ok: false, error: 'ratelimited' });
  });
});

async function github(token = 'ghp_test') {
  const simulator = stopLater(await startGithub());
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(path.startsWith('http') ? path : simulator.url + path, { method, headers, ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
  };
  return { simulator, call };
}

const REPO = '/repos/octocat/hello-world';

describe('GitHub', () => {
  it('keeps issues, comments and labels', async () => {
    const { call } = await github();
    const { status, json: issue } = await call('POST', `${REPO}/issues`, { title: 'Comma', labels: ['bug'] });
    expect([status, issue]).toMatchObject([201, { number: 1, state: 'open', labels: [{ name: 'bug' }] }]);
    await call('POST', `${REPO}/issues/1/comments`, { body: 'Me too' });
    await call('POST', `${REPO}/issues/1/labels`, ['urgent']);
    expect((await call('GET', `${REPO}/issues/1/comments`)).json).toMatchObject([{ body: 'Me too' }]);
    expect((await call('GET', `${REPO}/issues?labels=bug,urgent`)).json).toHaveLength(1);
    expect((await call('PATCH', `${REPO}/issues/1`, { state: 'closed' })).json).toMatchObject({
      state_reason: 'completed',
    });
    expect((await call('GET', `${REPO}/issues`)).json).toEqual([]);
    expect((await call('GET', REPO)).json).toMatchObject({ open_issues_count: 0 });
    expect((await call('POST', '/user/repos', { name: 'shop' })).status).toBe(201);
    expect((await call('GET', '/repos/octocat/shop')).json).toMatchObject({ full_name: 'octocat/shop' });
  });

  it('pages by Link', async () => {
    const { call, simulator } = await github();
    for (let n = 0; n < 5; n += 1) await call('POST', `${REPO}/issues`, { title: `Issue ${n}` });
    const titles: string[] = [];
    let next: string | undefined = `${simulator.url}${REPO}/issues?per_page=2`;
    while (next !== undefined) {
      const { headers, json } = await call('GET', next);
      titles.push(...json.map(({ title }: { title: string }) => title));
      next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(titles).toEqual(['Issue 4', 'Issue 3', 'Issue 2', 'Issue 1', 'Issue 0']);
  });

  it('tells hooks of what they asked for', async () => {
    const { call } = await github();
    const receiver = await startReceiver();
    const config = { url: receiver.url, content_type: 'json', secret: 'hush' };
    const { json: hook } = await call('POST', `${REPO}/hooks`, { config, events: ['issues', 'repository_dispatch'] });
    await call('POST', `${REPO}/dispatches`, { event_type: 'deploy', client_payload: { to: 'test' } });
    await call('POST', `${REPO}/issues`, { title: 'Comma' });
    await call('POST', `${REPO}/issues/1/comments`, { body: 'not asked for' });
    const types = () => receiver.received.map(({ headers }) => headers['x-github-event']);
    await expect.poll(types, PATIENTLY).toEqual(['ping', 'repository_dispatch', 'issues']);
    expect(JSON.stringify(hook)).not.toContain('hush');
    expect((await call('DELETE', `${REPO}/hooks/${hook.id}`)).status).toBe(204);
    const outside = { ...config, url: 'http://example.com/' };
    expect((await call('POST', `${REPO}/hooks`, { config: outside })).status).toBe(422);
  });

  it('refuses as GitHub does', async () => {
    const { call } = await github();
    expect(await call('POST', `${REPO}/issues`, {})).toMatchObject({
      status: 422,
      json: { message: 'Validation Failed', errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }] },
    });
    expect((await call('GET', '/repos/octocat/none')).json).toMatchObject({ message: 'Not Found', status: '404' });
    expect((await (await github('nope')).call('GET', '/user')).json).toMatchObject({ message: 'Bad credentials' });
  });
});
