import type { ServiceName } from 'emulate';
import { createEmulator } from 'emulate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { github } from '../../../src/integrations/github/index.ts';
import type { Provider } from '../../../src/integrations/provider.ts';
import { resend } from '../../../src/integrations/resend/index.ts';
import { slack } from '../../../src/integrations/slack/index.ts';
import { twilio } from '../../../src/integrations/twilio/index.ts';
import { freePort } from '../integrations/loopback-server.ts';
import { callsOf, errorOf } from './provider-setup.ts';

/** Doubles that others wrote: what they and we understand alike is no misunderstanding of ours alone. */
async function startDouble(service: ServiceName, seed: Record<string, unknown> = {}): Promise<string> {
  const emulator = await createEmulator({ service, port: await freePort(), seed });
  onTestFinished(() => emulator.close());
  return emulator.url;
}

async function callsTo(provider: Provider, secret: string, seed: object, settings: Record<string, unknown> = {}) {
  const baseUrl = await startDouble(provider.service as ServiceName, { ...seed });
  return callsOf(provider, secret, { mode: 'test', baseUrl, settings });
}

describe("another's double of", () => {
  it('GitHub', async () => {
    const seed = {
      tokens: { token_of_octocat: { login: 'octocat', scopes: ['repo'] } },
      github: {
        users: [{ login: 'octocat', name: 'Octocat', email: 'octocat@example.com' }],
        repos: [{ owner: 'octocat', name: 'shop', auto_init: true }],
      },
    };
    const { read, write, list } = await callsTo(github, 'token_of_octocat', seed);
    const repository = { owner: 'octocat', repo: 'shop' };
    expect(await read('getRepository', repository)).toMatchObject({ data: { full_name: 'octocat/shop' } });
    for (let number = 1; number <= 5; number += 1) {
      const opened = await write('createIssue', { ...repository, title: `Issue ${number}` }, `issue-${number}`);
      expect(opened).toMatchObject({ data: { number, state: 'open' } });
    }
    const one = { ...repository, issue_number: 1 };
    expect(await write('createComment', { ...one, body: 'Seen' })).toMatchObject({ data: { body: 'Seen' } });
    expect(await write('updateIssue', { ...one, state: 'closed' })).toMatchObject({ data: { state: 'closed' } });
    const { items = [], calls } = await list('listIssues', { ...repository, state: 'all', per_page: 2 });
    expect(items.map((item) => (item as { number: number }).number).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(calls).toBe(3);
    expect((await list('listComments', one)).items).toMatchObject([{ body: 'Seen' }]);
    expect((await list('listPullRequests', repository)).items).toEqual([]);
    const missing = await errorOf(read('getIssue', { ...repository, issue_number: 99 }));
    expect(missing).toMatchObject({ code: 'not_found', details: { http_status: 404 } });
  });

  it('Slack', async () => {
    const seed = {
      slack: {
        users: [{ name: 'developer', real_name: 'Developer', email: 'dev@example.com' }],
        channels: [{ name: 'general' }, { name: 'random' }, { name: 'deploys' }],
        tokens: [{ token: 'xoxb-local-test', user: 'developer' }],
      },
    };
    const baseUrl = await startDouble('slack', seed);
    const { write } = callsOf(slack, 'xoxb-local-test', { mode: 'test', baseUrl });
    // It takes reads by POST only, where Slack documents GET: it is asked past our client.
    const ask = async (method: string, form: Record<string, string> = {}) => {
      const headers = { authorization: 'Bearer xoxb-local-test' };
      const response = await fetch(`${baseUrl}/api/${method}`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(form),
      });
      return response.json() as Promise<{ channels: { id: string; name: string }[]; messages: unknown[] }>;
    };
    const { channels } = await ask('conversations.list');
    const channel = channels.find(({ name }) => name === 'general')?.id ?? '';
    const { data } = await write('postMessage', { channel, text: 'Deployed' });
    const { ts } = data as { ts: string };
    expect(await write('updateMessage', { channel, ts, text: 'Deployed twice' })).toMatchObject({ data: { ts } });
    expect((await ask('conversations.history', { channel })).messages).toMatchObject([{ ts, text: 'Deployed twice' }]);
    expect(await errorOf(write('postMessage', { channel: 'C0', text: 'x' }, 'other'))).toMatchObject({
      code: 'not_found',
      details: { code: 'channel_not_found' },
    });
  });

  it('Resend', async () => {
    const { read, write, list } = await callsTo(resend, 're_test_key', {});
    const mail = { from: 'shop@example.com', to: ['ada@example.com'], subject: 'Receipt', html: '<p>Thank you</p>' };
    const { data } = await write('sendEmail', mail);
    const { id } = data as { id: string };
    expect(await read('getEmail', { id })).toMatchObject({ data: { id, subject: 'Receipt' } });
    expect((await list('listEmails')).items).toHaveLength(1);
    expect((await list('listDomains')).items).toEqual(expect.any(Array));
    expect(await errorOf(read('getEmail', { id: 'nope' }))).toMatchObject({ code: 'not_found' });
  });

  it('Twilio', async () => {
    const account_sid = `AC${'0'.repeat(32)}`;
    const { read, write, list } = await callsTo(twilio, 'twilio_test_auth_token', {}, { account_sid });
    const { data } = await write('createMessage', { To: '+14155552671', From: '+15551234567', Body: 'Your code is 7' });
    const { sid } = data as { sid: string };
    expect(await read('getMessage', { sid })).toMatchObject({ data: { sid, body: 'Your code is 7' } });
    for (const body of ['a', 'b', 'c', 'd']) {
      await write('createMessage', { To: '+14155552671', From: '+15551234567', Body: body }, body);
    }
    const { items = [], calls } = await list('listMessages', { PageSize: 2 });
    expect(new Set(items.map((item) => (item as { sid: string }).sid)).size).toBe(5);
    expect(calls).toBe(3);
    expect(await errorOf(read('getMessage', { sid: `SM${'f'.repeat(32)}` }))).toMatchObject({ code: 'not_found' });
  });
});
