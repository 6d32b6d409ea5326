import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { resend } from '../../../src/integrations/resend/index.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const calls = (config = {}) => callsOf(resend, 're_00000000_aaaaaaaaaaaaaaaaaaaaaaaa', config);
const EMAILS = 'https://api.resend.com/emails';
const MAIL = { from: 'shop@example.com', to: ['ada@example.com'], subject: 'Receipt', text: 'Thank you' };

describe('Resend', () => {
  it('gets an idempotency key, the same for every attempt and after an unknown outcome', async () => {
    server.use(http.post(EMAILS, () => HttpResponse.json({ id: 'email-1' })));
    server.use(http.post(EMAILS, () => new HttpResponse(null, { status: 500 }), { once: true }));
    const { write } = calls();
    expect(await write('sendEmail', MAIL)).toMatchObject({ data: { id: 'email-1' }, attempts: 2, replayed: false });
    expect(await write('sendEmail', MAIL)).toMatchObject({ data: { id: 'email-1' }, attempts: 0, replayed: true });
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toEqual([expect.stringMatching(/^bw-[0-9a-f]{40}$/), keys[0]]);
    expect(sent[0]?.headers.get('user-agent')).toBe('breakwater-mcp');
    expect(await sent[0]?.json()).toEqual(MAIL);
  });

  it('gives lists by the last id, none lost or doubled', async () => {
    server.use(
      http.get(EMAILS, ({ request }) => {
        const from = Number(new URL(request.url).searchParams.get('after') ?? -1) + 1;
        const data = Array.from({ length: 100 }, (_, index) => ({ id: String(from + index) }));
        return HttpResponse.json({ object: 'list', has_more: from < 200, data });
      }),
    );
    const { items = [], calls: asked } = await calls().list('listEmails');
    expect(new Set(items.map((item) => (item as { id: string }).id)).size).toBe(300);
    expect([items.length, asked]).toEqual([300, 3]);
  });

  it.each([
    [409, 'invalid_idempotent_request', 'conflict', /new reference/],
    [403, 'invalid_from_address', 'rejected', /verified domain/],
    [401, 'restricted_api_key', 'unauthorized', /full access/],
    [401, 'missing_api_key', 'unauthorized', /variable/],
    [422, 'validation_error', 'rejected', /details/],
    [429, 'daily_quota_exceeded', 'rate_limited', /day/],
  ])('answers %i with %s', async (status, name, code, hint) => {
    const headers = status === 429 ? { 'retry-after': '0' } : {};
    server.use(
      http.get(`${EMAILS}/e1`, () =>
        HttpResponse.json({ name, message: PROSE, statusCode: status }, { status, headers }),
      ),
    );
    expect(await errorOf(calls().read('getEmail', { id: 'e1' }))).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      details: { code: name, http_status: status },
    });
    expect(sent).toHaveLength(status === 429 ? 3 : 1);
  });

  it('takes mail to its test addresses in test mode, and to nobody else', async () => {
    server.use(http.post(EMAILS, () => HttpResponse.json({ id: 'email-1' })));
    const { write } = calls({ mode: 'test' });
    for (const to of [
      ['ada@example.com'],
      ['delivered@resend.dev', 'ada@example.com'],
      ['ada@notresend.dev.example.com'],
    ]) {
      await expect(write('sendEmail', { ...MAIL, to })).rejects.toMatchObject({ code: 'not_allowed' });
    }
    await expect(write('sendEmail', { ...MAIL, to: 'a@resend.dev', bcc: 'ada@example.com' })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    expect(sent).toEqual([]);
    const sandbox = { ...MAIL, to: ['delivered@resend.dev', 'Bounce <bounced@resend.dev>'] };
    expect(await write('sendEmail', sandbox)).toMatchObject({ data: { id: 'email-1' } });
  });
});
