import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';
import { cpuMsOf } from '../../support/patience.ts';

const FACTS = { stripeSinceBasil: true };
const check = (text: string, file = 'src/a.ts') => checkSource(file, text, FACTS);
const ids = (text: string, file?: string) => check(text, file).map(({ rule, line }) => `${rule.id}:${line}`);

const NO_TIMEOUT = "import axios from 'axios';\n";
const CREATE = "export const a = axios.create({ baseURL: 'https://a.example.com' });";
const KEY = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_');

describe('suppressions', () => {
  it('cover the line of the comment, or the next with code', () => {
    expect(ids(`${NO_TIMEOUT}${CREATE} // breakwater-ignore missing-timeout: set per call`)).toEqual([]);
    expect(ids(`${NO_TIMEOUT}// breakwater-ignore missing-timeout: set per call\n// and more\n\n${CREATE}`)).toEqual(
      [],
    );
    expect(ids(`${NO_TIMEOUT}/* breakwater-ignore missing-timeout, float-money: set per call */\n${CREATE}`)).toEqual(
      [],
    );
    expect(
      ids(`${NO_TIMEOUT}// breakwater-ignore missing-timeout: set per call\nexport const b = 1;\n${CREATE}`),
    ).toEqual(['unused-suppression:2', 'missing-timeout:4']);
  });

  it.each([
    '// breakwater-ignore missing-timeout',
    '// breakwater-ignore missing-timeout:   ',
    '// breakwater-ignore: because',
    '// breakwater-ignore no-such-rule: because',
  ])('%s has no effect and is reported', (comment) => {
    expect(ids(`${NO_TIMEOUT}${comment}\n${CREATE}`)).toEqual(['unexplained-suppression:2', 'missing-timeout:3']);
  });

  it('are reported when they suppress nothing', () => {
    expect(ids('// breakwater-ignore missing-timeout: was needed once\nexport const a = 1;')).toEqual([
      'unused-suppression:1',
    ]);
  });

  it('are no comments when they stand in a text', () => {
    expect(ids("export const a = '// breakwater-ignore missing-timeout';")).toEqual([]);
  });
});

describe('the line of code in a finding', () => {
  it('shows no secret, of a known shape or not', () => {
    const found = check(
      `const a = '${KEY}'; const b = process.env.JWT_SECRET ?? 'plain words as a secret';\ncreateHmac('sha256', 'another plain one').update(JSON.stringify(req.body));`,
    );
    expect(found.map(({ rule, line }) => `${rule.id}:${line}`)).toEqual([
      'secret-literal:1',
      'secret-literal:2',
      'signature-over-reserialized-json:2',
    ]);
    expect(found[0]?.code).toBe("const a = '…'; const b = process.env.JWT_SECRET ?? '…';");
    expect(found[1]?.code).toBe("createHmac('sha256', '…').update(JSON.stringify(req.body));");
    expect(found.map(({ code }) => code).join()).not.toMatch(/4eC39|plain/);
  });

  it('hides a secret that goes over several lines', () => {
    const found = check(
      `const key = process.env.PRIVATE_KEY ?? \`first line\nsecond line\`; ${CREATE.replace('export ', '')}`,
    );
    expect(JSON.stringify(found)).not.toContain('second');
  });

  it('is short', () => {
    const [finding] = check(`const a = '${KEY}' + '${'x'.repeat(500)}';`);
    expect(finding?.code.length).toBeLessThanOrEqual(160);
  });

  it('is what stands around the finding when the line is long, and cuts no secret', () => {
    const before = `${'a();'.repeat(100)} /* ${KEY}${'k'.repeat(80)} */ `;
    const [finding] = check(`  ${before}x({ amount: price * 100 }); ${'b();'.repeat(100)}`);
    expect(finding?.code).toMatch(/^….{59}price \* 100 \}\); (?:b\(\);)+b?\(?\)?…$/);
    expect(finding?.code.length).toBe(160);
    expect(finding?.code).not.toMatch(/4eC39|kkkkk/);
  });
});

describe('tests and mocks', () => {
  it.each([
    'test/a.ts',
    'src/a.test.ts',
    'packages/x/__tests__/a.js',
    'tests/mocks/stripe.mock.ts',
  ])('%s is only searched for live keys', (file) => {
    expect(ids(`${NO_TIMEOUT}${CREATE}\nconst a = '${KEY.replace('live', 'test')}';`, file)).toEqual([]);
    expect(ids(`const a = '${KEY}';`, file)).toEqual(['secret-literal:1']);
  });
});

describe('API versions', () => {
  it('decide about fields that moved', () => {
    const text = "const s = await stripe.subscriptions.retrieve('sub_1');\nuse(s.current_period_end);";
    expect(ids(text)).toEqual(['removed-api-field:2']);
    expect(checkSource('src/a.ts', text, { stripeSinceBasil: false })).toEqual([]);
  });
});

describe('any source', () => {
  const WORDS = [
    'app',
    'req',
    'res',
    'event',
    'stripe',
    '.',
    '(',
    ')',
    '{',
    '}',
    '=>',
    'async',
    'await',
    'const',
    '=',
    "'/webhook'",
    'post',
    'body',
    ',',
    ';',
    'class',
    'Breaker',
    'this',
    'state',
    "'open'",
    'try',
    'catch',
    'while',
    'true',
    'return',
    'function',
    'toString',
    'constructor',
    '__proto__',
    'x',
    '[',
    ']',
    '...',
    '?.',
    '!==',
    'createHmac',
    'digest',
    'new',
    'Stripe',
    ':',
    '\n',
  ];

  it('is checked, or refused as no source: never another error', () => {
    const source = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(source, (text) => {
        try {
          check(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('may name things like the built-in properties of objects', () => {
    const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'];
    const text = names
      .map(
        (name) => `stripe.subscriptions.${name}(x).${name}; x.${name}(stripe); const { ${name}: v_${name} } = event;`,
      )
      .join('\n');
    expect(ids(text)).toEqual([]);
  });

  it('that names itself in circles comes to an end', () => {
    const circle = 'let a = b, b = c, c = a;\nconst f = () => f();\nclass Breaker { x = this.y; y = this.x; }';
    expect(
      ids(`${circle}\napp.post('/webhook', (req, res) => { f(a); g(this.x); stripe.x.create({ amount: a * 100 }); });`),
    ).toEqual(['float-money:4']);
  });

  it('that is long stays quick, and what is made to be slow is given up', () => {
    const lines = (count: number) =>
      Array.from(
        { length: count },
        (_, at) => `app.post('/webhook/${at}', (req, res) => { run${at}(req.body.data); });`,
      );
    expect(check(lines(500).join('\n')).length).toBe(1_000);
    const nested = `${'app.post("/webhook", (req, res) => { f(req.body.data);'.repeat(150)}${'});'.repeat(150)}`;
    expect(() => check(`${nested}\n`.repeat(12))).toThrow(RangeError);
  });

  it('of thousands of faults on one line is checked in a moment', async () => {
    const faults = Array.from({ length: 5_000 }, (_, at) => `amount: (c${at} ? d${at} : e${at}) * 100`);
    const text = `const o = { ${faults.join(', ')} };`;
    expect(await cpuMsOf(() => expect(ids(text)).toEqual(['float-money:1']))).toBeLessThan(10_000);
  });

  it('that is nested too deeply for the parser is refused', () => {
    expect(() => check(`const x = ${'('.repeat(20_000)}1${')'.repeat(20_000)};`)).toThrow(RangeError);
  });
});
