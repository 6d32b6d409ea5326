import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { slack } from '../../../src/integrations/slack/index.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const TOKEN = `xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}`;
const calls = (config = {}) => callsOf(slack, TOKEN, config);
const POST = 'https://slack.com/api/chat.postMessage';
const LIST = 'https://slack.com/api/conversations.list';
const MESSAGE = { channel: 'C1', text: 'Deployed' };

describe('Slack', () => {
  it('is asked as its documentation says', async () => {
    server.use(
      http.post(POST, () => HttpResponse.json({ ok: true, channel: 'C1', ts: '1.2', message: { text: 'x' } })),
    );
    expect((await calls().write('postMessage', MESSAGE)).data).toEqual({ channel: 'C1', ts: '1.2' });
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${TOKEN}`);
    expect(await sent[0]?.json()).toEqual(MESSAGE);
  });

  it('gives lists by cursor, none lost or doubled', async () => {
    server.use(
      http.get(LIST, ({ request }) => {
        const { searchParams } = new URL(request.url);
        const from = Number(searchParams.get('cursor') ?? 0);
        const channels = Array.from({ length: 200 }, (_, index) => ({ id: `C${from + index}` }));
        const next_cursor = from < 400 ? String(from + 200) : '';
        return HttpResponse.json({ ok: true, channels, response_metadata: { next_cursor } });
      }),
    );
    const { items = [], calls: asked } = await calls().list('listConversations', { exclude_archived: true });
    expect(new Set(items.map((item) => (item as { id: string }).id)).size).toBe(600);
    expect([items.length, asked]).toEqual([600, 3]);
    expect(new URL(sent[1]?.url ?? '').searchParams.get('exclude_archived')).toBe('true');
  });

  it('is asked again when it says 429, as a status or with 200', async () => {
    server.use(http.post(POST, () => HttpResponse.json({ ok: true, channel: 'C1', ts: '1.2' })));
    server.use(http.post(POST, () => HttpResponse.json({ ok: false, error: 'ratelimited' }), { once: true }));
    server.use(
      http.post(POST, () => new HttpResponse('', { status: 429, headers: { 'retry-after': '0' } }), { once: true }),
    );
    expect(await calls().write('postMessage', MESSAGE)).toMatchObject({ data: { ts: '1.2' }, attempts: 3 });
  });

  it.each([
    ['invalid_auth', 'unauthorized', /variable/],
    ['missing_scope', 'unauthorized', /details\.needed/],
    ['channel_not_found', 'not_found', /listConversations/],
    ['not_in_channel', 'rejected', /Invite/],
    ['msg_too_long', 'rejected', /Shorten/],
    ['something_new', 'rejected', /details/],
    ['constructor', 'rejected', /details/],
  ])('says %s with status 200', async (error, code, hint) => {
    const body = { ok: false, error, needed: 'chat:write', warning: PROSE };
    server.use(http.post(POST, () => HttpResponse.json(body, { headers: { 'x-slack-req-id': 'req-1' } })));
    expect(await errorOf(calls().write('postMessage', MESSAGE))).toMatchObject({
      code,
      outcome: 'not_executed',
      hint: expect.stringMatching(hint),
      details: { code: error, needed: 'chat:write', request_id: 'req-1' },
    });
  });

  it.each(['internal_error', 'fatal_error'])('leaves open what happened when it says %s', async (error) => {
    server.use(http.post(POST, () => HttpResponse.json({ ok: false, error })));
    const { write } = calls();
    expect(await errorOf(write('postMessage', MESSAGE))).toMatchObject({ code: 'outcome_unknown', outcome: 'unknown' });
    // It is not posted again blindly.
    expect(await errorOf(write('postMessage', MESSAGE))).toMatchObject({ outcome: 'unknown' });
    expect(sent).toHaveLength(1);
  });

  it('keeps what is prose in the place of a code', async () => {
    server.use(http.post(POST, () => HttpResponse.json({ ok: false, error: PROSE, needed: PROSE })));
    const { details } = await errorOf(calls().write('postMessage', MESSAGE));
    expect(details).toMatchObject({ http_status: 400 });
    expect(details).not.toHaveProperty('code');
  });
});
