import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGithubSimulator } from '../../../src/integrations/github/simulator/index.ts';
import { createSendgridSimulator } from '../../../src/integrations/sendgrid/simulator/index.ts';
import { createSlackSimulator } from '../../../src/integrations/slack/simulator/index.ts';
import { parseQuery } from '../../../src/integrations/stripe/simulator/search.ts';

const REPO = '/repos/octocat/hello-world';
const SERVICES = [
  [
    'sendgrid',
    createSendgridSimulator,
    'SG.x',
    ['/v3/mail/send', '/v3/asm/suppressions/global', '/v3/suppression/bounces/x'],
  ],
  ['slack', createSlackSimulator, 'xoxb-x', ['/api/chat.postMessage', '/api/conversations.list', '/api/chat.update']],
  ['github', createGithubSimulator, 'ghp_x', [`${REPO}/issues`, `${REPO}/hooks`, `${REPO}/issues/1`, '/user/repos']],
] as const;

const NAMES = [
  'to',
  'from',
  'personalizations',
  'content',
  'channel',
  'cursor',
  'limit',
  'ts',
  'title',
  'labels',
  'config',
];
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .dictionary(fc.constantFrom(...NAMES, '__proto__'), fc.jsonValue(), { maxKeys: 5 })
    .map((fields) => JSON.stringify(fields)),
);

describe.each(SERVICES)('the simulated %s', (_name, create, key, paths) => {
  it('answers whatever comes in, and never fails', async () => {
    const service = create();
    const path = fc.oneof(fc.constantFrom(...paths), fc.webPath());
    const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE');
    const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain');
    await fc.assert(
      fc.asyncProperty(
        method,
        path,
        type,
        body,
        fc.webQueryParameters(),
        async (verb, target, contentType, text, query) => {
          const url = new URL(`http://127.0.0.1:1${target.startsWith('/') ? target : `/${target}`}?${query}`);
          const headers = { authorization: `Bearer ${key}`, 'content-type': contentType };
          const answer = await service.handle({ method: verb, url, headers, body: Buffer.from(text) });
          expect(answer.status).toBeLessThan(500);
          if (answer.body !== '') JSON.parse(answer.body);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('queries of a search', () => {
  it('are read or refused, never fatal', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (query) => {
        try {
          expect(typeof parseQuery(query, ['email'])({ email: 'a' })).toBe('boolean');
        } catch (thrown) {
          expect(thrown).toMatchObject({ status: 400 });
        }
      }),
    );
  });

  it.each([
    ['email:"A"', true],
    ["email:'b'", false],
    ['-email:"b" AND amount>=5', true],
    ['amount<5 OR amount:5', true],
    ['metadata["k"]:"v"', true],
    ['metadata["none"]:null', true],
    ['email~"x"', false],
    ['email:"a\\""', false],
  ])('%s', (query, expected) => {
    const fields = ['email', 'amount', 'metadata[]'];
    expect(parseQuery(query, fields)({ email: 'a', amount: 5, metadata: { k: 'v' } })).toBe(expected);
  });

  it.each([
    '',
    'email',
    'email:"a" email:"b"',
    'email:"a" AND amount:1 OR amount:2',
    'shoe:"1"',
    'email:"a',
  ])('refuses %s', (query) => {
    expect(() => parseQuery(query, ['email', 'amount'])).toThrow();
  });
});
