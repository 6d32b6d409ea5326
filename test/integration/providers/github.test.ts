import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { github } from '../../../src/integrations/github/index.ts';
import { callsOf, errorOf, mockNetwork, PROSE } from './provider-setup.ts';

const { server, sent } = mockNetwork();
const TOKEN = `github_pat_${'a'.repeat(30)}`;
const calls = (config = {}) => callsOf(github, TOKEN, config);

const REPOSITORY = { owner: 'octo', repo: 'shop' };
const ISSUES = 'https://api.github.com/repos/octo/shop/issues';
const issue = (number: number) => ({
  id: 1000 + number,
  number,
  title: `Issue ${number}`,
  state: 'open',
  html_url: `https://github.com/octo/shop/issues/${number}`,
  user: { login: 'octocat', id: 1 },
  created_at: '2026-11-23T12:00:00Z',
  updated_at: '2026-11-23T12:00:00Z',
  reactions: { total_count: 0 },
});

describe('GitHub', () => {
  it('is asked as its documentation says', async () => {
    server.use(http.post(ISSUES, () => HttpResponse.json(issue(7), { status: 201 })));
    const answer = await calls().write('createIssue', { ...REPOSITORY, title: 'Issue 7', labels: ['bug'] });
    expect(answer.data).toEqual({
      id: 1007,
      number: 7,
      title: 'Issue 7',
      state: 'open',
      html_url: 'https://github.com/octo/shop/issues/7',
      user: { login: 'octocat' },
      created_at: '2026-11-23T12:00:00Z',
      updated_at: '2026-11-23T12:00:00Z',
    });
    const [request] = sent;
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'breakwater-mcp',
      'x-github-api-version': '2022-11-28',
      'content-type': 'application/json',
    });
    expect(await request?.json()).toEqual({ title: 'Issue 7', labels: ['bug'] });
  });

  it('changes, comments and dispatches', async () => {
    server.use(
      http.patch(`${ISSUES}/7`, () => HttpResponse.json({ ...issue(7), state: 'closed', state_reason: 'completed' })),
      http.post(`${ISSUES}/7/comments`, () =>
        HttpResponse.json(
          { id: 5, body: 'Done', html_url: 'https://github.com/c', created_at: 'a', updated_at: 'a' },
          { status: 201 },
        ),
      ),
      http.post('https://api.github.com/repos/octo/shop/actions/workflows/deploy.yml/dispatches', () => {
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { write } = calls();
    const closed = { ...REPOSITORY, issue_number: 7, state: 'closed', state_reason: 'completed' };
    expect(await write('updateIssue', closed)).toMatchObject({ data: { state: 'closed' } });
    const comment = { ...REPOSITORY, issue_number: 7, body: 'Done' };
    expect(await write('createComment', comment)).toMatchObject({ data: { id: 5 } });
    const dispatch = { ...REPOSITORY, workflow_id: 'deploy.yml', ref: 'main', inputs: { target: 'staging' } };
    expect(await write('dispatchWorkflow', dispatch)).toMatchObject({ data: undefined, replayed: false });
    // Answered from the ledger: it is not started twice.
    expect(await write('dispatchWorkflow', dispatch)).toMatchObject({ data: undefined, replayed: true });
    expect(sent).toHaveLength(3);
  });

  it('gives lists by their Link header, none lost or doubled', async () => {
    server.use(
      http.get(ISSUES, ({ request }) => {
        const { searchParams } = new URL(request.url);
        expect(searchParams.get('state')).toBe('all');
        const page = Number(searchParams.get('page') ?? 1);
        const items = Array.from({ length: page === 3 ? 50 : 100 }, (_, index) => issue((page - 1) * 100 + index + 1));
        const next = `<${ISSUES}?state=all&per_page=100&page=${page + 1}>; rel="next", <${ISSUES}?page=3>; rel="last"`;
        return HttpResponse.json(items, { headers: page < 3 ? { link: next } : {} });
      }),
    );
    const { items = [], calls: asked, nextCursor } = await calls().list('listIssues', { ...REPOSITORY, state: 'all' });
    expect(items.map((item) => (item as { number: number }).number)).toEqual(
      Array.from({ length: 250 }, (_, index) => index + 1),
    );
    expect([asked, nextCursor]).toEqual([3, undefined]);
  });

  it.each([
    ['a primary limit', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' }],
    ['a secondary limit', { 'retry-after': '0' }],
  ])('is asked again after %s', async (_what, headers) => {
    server.use(http.get(`${ISSUES}/7`, () => HttpResponse.json(issue(7))));
    server.use(
      http.get(`${ISSUES}/7`, () => HttpResponse.json({ message: PROSE }, { status: 403, headers }), { once: true }),
    );
    const { data, attempts } = await calls().read('getIssue', { ...REPOSITORY, issue_number: 7 });
    expect([data, attempts]).toMatchObject([{ number: 7 }, 2]);
  });

  it.each([
    [401, {}, 'unauthorized', /variable/],
    [403, {}, 'unauthorized', /permission/],
    [
      403,
      {
        documentation_url:
          'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
      },
      'rate_limited',
      /minute/,
    ],
    [404, {}, 'not_found', /private repository/],
    [410, {}, 'not_found', /disabled/],
    [422, { errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }] }, 'rejected', /fields/],
  ])('answers %i as %j says', async (status, body, code, hint) => {
    const headers = { 'x-github-request-id': 'AB12:34' };
    server.use(http.get(`${ISSUES}/7`, () => HttpResponse.json({ message: PROSE, ...body }, { status, headers })));
    const error = await errorOf(calls().read('getIssue', { ...REPOSITORY, issue_number: 7 }));
    expect(error).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      details: { http_status: status, request_id: 'AB12:34', ...body },
    });
  });

  it('takes no write in test mode: its tokens do not tell, and the write would be real', async () => {
    const { write, read } = calls({ mode: 'test' });
    await expect(write('createIssue', { ...REPOSITORY, title: 'x' })).rejects.toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      message: expect.stringContaining('no test keys'),
    });
    expect(sent).toEqual([]);
    server.use(http.get(`${ISSUES}/7`, () => HttpResponse.json(issue(7))));
    expect(await read('getIssue', { ...REPOSITORY, issue_number: 7 })).toMatchObject({ data: { number: 7 } });
  });
});
