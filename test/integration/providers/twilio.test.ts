import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { twilio } from '../../../src/integrations/twilio/index.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const ACCOUNT = `AC${'0'.repeat(32)}`;
const KEY = `SK${'1'.repeat(32)}`;
const SID = `SM${'2'.repeat(32)}`;
const SECRET = 'auth-token-of-the-account-0001';
const MESSAGES = `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Messages`;
const calls = (settings: Record<string, unknown> = { account_sid: ACCOUNT }) => callsOf(twilio, SECRET, { settings });
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${SECRET}`).toString('base64')}`;
const MESSAGE = { To: '+14155552671', From: '+15005550006', Body: 'Your code is 7 & more' };
const answer = { sid: SID, status: 'queued', to: MESSAGE.To, num_segments: '1', error_code: null };

describe('Twilio', () => {
  it('is asked with a form, the account in the path, and basic authentication', async () => {
    server.use(http.post(`${MESSAGES}.json`, () => HttpResponse.json(answer, { status: 201 })));
    expect((await calls().write('createMessage', MESSAGE)).data).toEqual(answer);
    expect(sent[0]?.headers.get('authorization')).toBe(basic(ACCOUNT));
    expect(sent[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(await sent[0]?.text()))).toEqual(MESSAGE);
  });

  it('takes an API key in the place of the account', async () => {
    server.use(http.get(`${MESSAGES}/${SID}.json`, () => HttpResponse.json({ ...answer, status: 'delivered' })));
    const { data } = await calls({ account_sid: ACCOUNT, api_key_sid: KEY }).read('getMessage', { sid: SID });
    expect(data).toMatchObject({ status: 'delivered' });
    expect(sent[0]?.headers.get('authorization')).toBe(basic(KEY));
  });

  it('needs the account before anything is sent', async () => {
    await expect(calls({}).read('getMessage', { sid: SID })).rejects.toMatchObject({
      code: 'not_configured',
      message: expect.stringContaining('account_sid'),
    });
    expect(sent).toEqual([]);
  });

  it('gives lists by next_page_uri, none lost or doubled', async () => {
    server.use(
      http.get(`${MESSAGES}.json`, ({ request }) => {
        const page = Number(new URL(request.url).searchParams.get('Page') ?? 0);
        const messages = Array.from({ length: 10 }, (_, index) => ({ sid: `SM${page * 10 + index}`, status: 'sent' }));
        const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json?PageSize=10&Page=${page + 1}&PageToken=PASM1`;
        return HttpResponse.json({ messages, next_page_uri: page < 2 ? path : null });
      }),
    );
    const { items = [], calls: asked } = await calls().list('listMessages', { PageSize: 10 });
    expect(items.map((item) => (item as { sid: string }).sid)).toEqual(
      Array.from({ length: 30 }, (_, index) => `SM${index}`),
    );
    expect(asked).toBe(3);
  });

  it.each([
    [401, 20003, 'unauthorized', /belong together/],
    [400, 21211, 'rejected', /E\.164/],
    [400, 21610, 'rejected', /opt in/],
    [400, 99999, 'rejected', /details/],
    [404, 20404, 'not_found', /id/],
    [500, undefined, 'outcome_unknown', /Look it up/],
  ])('answers %i with code %s', async (status, code, ours, hint) => {
    const body = { code, message: PROSE, more_info: PROSE, status };
    server.use(http.post(`${MESSAGES}.json`, () => HttpResponse.json(body, { status })));
    expect(await errorOf(calls().write('createMessage', MESSAGE))).toMatchObject({
      code: ours,
      hint: expect.stringMatching(hint),
      details: {
        http_status: status,
        ...(code === undefined ? {} : { code, doc_url: `https://www.twilio.com/docs/api/errors/${code}` }),
      },
    });
    expect(sent).toHaveLength(1);
  });

  it('is asked again after 429', async () => {
    server.use(http.post(`${MESSAGES}.json`, () => HttpResponse.json(answer, { status: 201 })));
    server.use(
      http.post(`${MESSAGES}.json`, () => HttpResponse.json({ code: 20429 }, { status: 429 }), { once: true }),
    );
    expect(await calls().write('createMessage', MESSAGE)).toMatchObject({ attempts: 2 });
  });
});
