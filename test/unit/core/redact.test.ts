import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSecret, fingerprint, Redactor, redactSecrets } from '../../../src/core/redact.ts';
import { cpuMsOf } from '../../support/patience.ts';

const BODY = 'Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1';
const HEX = '0123456789abcdef0123456789abcdef';
const PEM_BODY = `MIIEvQIBADANBgkq${BODY}\n${BODY}==\n`;

/** Made up in the shape of the real ones: kind, secret. */
const SECRETS: [string, string][] = [
  ['private_key', `-----BEGIN PRIVATE KEY-----\n${PEM_BODY}-----END PRIVATE KEY-----`],
  ['private_key', `-----BEGIN RSA PRIVATE KEY-----\r\n${PEM_BODY}-----END RSA PRIVATE KEY-----`],
  ['private_key', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${PEM_BODY}-----END PGP PRIVATE KEY BLOCK-----`],
  ['stripe_key', `sk_test_${BODY}`],
  ['stripe_key', `rk_live_${BODY}`],
  ['webhook_secret', `whsec_${BODY}/+=`],
  ['webhook_secret', `whsk_${BODY}`],
  ['sendgrid_key', `SG.${BODY}.${BODY}-_`],
  ['github_token', `ghp_${BODY}`],
  ['github_token', `github_pat_${BODY}_${BODY}`],
  ['gitlab_token', `glpat-${BODY}`],
  ['slack_token', `xoxb-1234-${BODY}`],
  ['slack_token', `xapp-1-${BODY}`],
  ['aws_key', 'AKIAZQ7XW2VT9KP4LM8N'],
  ['google_key', `AIza${BODY}${BODY}`],
  ['api_key', `sk-proj-${BODY}`],
  ['api_key', `sk-ant-api03-${BODY}`],
  ['api_key', `sk-${BODY}`],
  ['resend_key', `re_${BODY.slice(0, 8)}_${BODY}`],
  ['shopify_token', `shpat_${HEX}`],
  ['npm_token', `npm_${BODY}${BODY.slice(0, 12)}`],
  ['huggingface_token', `hf_${BODY}`],
  ['digitalocean_token', `dop_v1_${HEX}${HEX}`],
  ['google_token', `ya29.${BODY}-_${BODY}`],
  ['linear_key', `lin_api_${BODY}`],
  ['square_secret', `sq0csp-${BODY}-_${BODY}`],
  ['mailgun_key', `key-${HEX}`],
  ['jwt', `eyJ${BODY}.eyJ${BODY}.${BODY}`],
  ['bearer_token', `Bearer ${BODY}`],
  ['bearer_token', `BEARER   ${BODY}==`],
  ['url_credentials', `postgres://admin:${BODY}@`],
  ['url_credentials', `redis://:${BODY}@`],
];

/** Where a secret turns up. */
const SURROUNDINGS: [string, string][] = [
  ['', ''],
  ['the key is ', ', I think'],
  ['line one\n', '\nline three'],
  ['\t', '\r\n'],
  ['KEY=', ';'],
  ['"', '"'],
  ['(', ')'],
  ['\u001b', '\u0007'],
];

describe('redactSecrets', () => {
  it.each(SECRETS)('masks a %s wherever it stands (%#)', (kind, secret) => {
    for (const [before, after] of SURROUNDINGS) {
      const found = redactSecrets(`${before}${secret}${after}`);
      expect(found.kinds).toContain(kind);
      expect(found.text).toContain(`${before}[redacted ${kind}`);
      expect(found.text.endsWith(after)).toBe(true);
      for (const part of [BODY, HEX, 'MIIEvQ']) expect(found.text).not.toContain(part);
    }
    expect(findSecret(`x ${secret} y`)).toBe(kind);
  });

  it.each(SECRETS)('masks a %s in JSON text, and in JSON text inside JSON text (%#)', (_, secret) => {
    for (const [before, after] of SURROUNDINGS) {
      const value = {
        note: `${before}${secret}${after}`,
        nested: JSON.stringify({ inner: `${before}${secret}${after}` }),
      };
      const text = redactSecrets(JSON.stringify(value)).text;
      for (const part of [BODY, HEX, 'MIIEvQ', 'AKIAZ']) expect(text).not.toContain(part);
      const parsed = JSON.parse(text) as typeof value;
      expect(parsed.note.startsWith(`${before}[redacted`)).toBe(true);
      expect(parsed.note.endsWith(after)).toBe(true);
      expect(JSON.parse(parsed.nested)).toEqual({ inner: parsed.note });
    }
  });

  it('names each kind once, and finds the same again and again', () => {
    const text = `whsec_${BODY} whsk_${BODY} whsec_${BODY}`;
    expect(redactSecrets(text).kinds).toEqual(['webhook_secret']);
    for (const _ of [1, 2, 3]) expect(findSecret(`a ghp_${BODY}`)).toBe('github_token');
  });

  it('masks a private key that was cut off', () => {
    const cut = `-----BEGIN EC PRIVATE KEY-----\n${PEM_BODY}`;
    expect(redactSecrets(`see ${cut}`).text).toBe('see [redacted private_key]');
    const text = redactSecrets(JSON.stringify({ inner: JSON.stringify({ cut: `${cut}"` }) })).text;
    expect(text).toBe(String.raw`{"inner":"{\"cut\":\"[redacted private_key]\\\"\"}"}`);
  });

  it('keeps what tells one key from another, and no more', () => {
    expect(redactSecrets(`sk_test_${BODY} whsec_${BODY} ghp_${BODY}`)).toEqual({
      text: '[redacted stripe_key sk_test_…6Rd1] [redacted webhook_secret whsec_…6Rd1] [redacted github_token]',
      kinds: ['stripe_key', 'webhook_secret', 'github_token'],
    });
  });

  it.each([
    '',
    'Use task_test_results and risk_live_data from the desk-lamp-that-is-on-the-table.',
    'sk_test_ is the prefix of test keys; sk_live_… of live ones.',
    'whsec_… comes from the dashboard, STRIPE_WEBHOOK_SECRET holds it',
    'pip install sk-learn-pipeline-with-standard-scaler',
    'The Bearer authentication-scheme of RFC 6750; Bearer YOUR_ACCESS_TOKEN_HERE',
    'https://example.com:8443/path?next=@me and https://example.com:443?u=a@b and ssh://git@github.com:22/x',
    'mailto:ann@example.com, at 10:30@home, see http://[::1]:8080/a@b',
    'git@github.com:owner/repository.git',
    'pi_3MtwBwLkdIwHu7ix28a3tqPa ch_3MtwBw cus_NffrFeUfNV2Hib evt_1NG8Du2eZvKYlo2CUI79vXWy',
    'npm_config_registry=https://registry.example.org npm_package_name',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV 6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE----- -----BEGIN PUBLIC KEY-----',
    'The eyJ prefix marks a token; SG.short and re_short_x are none. AKIA is not one either.',
    'key-value hf_model_name dop_v1_ ya29.… lin_api_key sq0csp- monkey-0123 key-abcdef',
    'C:\\new\\rk_notes\\test.txt',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(redactSecrets(text)).toEqual({ text, kinds: [] });
    expect(findSecret(text)).toBeUndefined();
  });

  it('never makes JSON text unreadable', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(...SECRETS.map(([, secret]) => secret)),
      fc.constantFrom('\n', '\r', '\t', '\\', '"', '/', '@', ':', 'https://u:p', '-----BEGIN PRIVATE KEY-----abc'),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (value) => {
        JSON.parse(redactSecrets(JSON.stringify(value)).text);
        JSON.parse(redactSecrets(JSON.stringify({ body: JSON.stringify(value) })).text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----A',
    'sk_test_',
    'whsec_a-',
    'SG.aaaaaaaaaa-',
    'SG.aaaaaaaaaa.',
    'glpat-',
    'xoxb-',
    'sk-',
    'sk-a-',
    're_aaaaaaaa_',
    'eyJ-',
    'eyJaaaaaaaa.eyJ-',
    'eyJaaaaaaaa.',
    'Bearer a-',
    'bearer ',
    'a://',
    'hf_a',
    'ya29.a-',
    'sq0csp-a',
    'key-0',
    'http://a:a',
    'a+a-a.',
    '://:',
    '\\n',
    '\\u0000',
  ])('takes little time for a megabyte of %j', async (prefix) => {
    const hostile = prefix.repeat(Math.ceil(1_000_000 / prefix.length));
    const took = await cpuMsOf(() => {
      redactSecrets(hostile);
      findSecret(hostile);
    });
    expect(took).toBeLessThan(3_000);
  });
});

describe('fingerprint', () => {
  it.each([
    [`sk_test_${BODY}`, 'sk_test_…6Rd1'],
    [`whsec_${BODY}`, 'whsec_…6Rd1'],
    [`SG.${BODY}`, 'SG.…6Rd1'],
    [`xoxb-${BODY}`, 'xoxb-…6Rd1'],
    [BODY, '…6Rd1'],
    ['sk_test_short', 'sk_test_…'],
    ['hunter2', '…'],
    ['', '…'],
  ])('shows %s as %s', (secret, expected) => {
    expect(fingerprint(secret)).toBe(expected);
  });
});

describe('Redactor', () => {
  it('masks what it has learned, whatever it looks like, and every known shape', () => {
    const redactor = new Redactor();
    redactor.learn('correct horse');
    expect(redactor.redact(`a correct horse, a ghp_${BODY}`)).toBe('a [redacted], a [redacted github_token]');
    expect(redactor.find('one correct horse')).toBe('configured_secret');
    expect(redactor.find(`a ghp_${BODY}`)).toBe('github_token');
    expect(redactor.find('one incorrect mule')).toBeUndefined();
  });

  it('masks a learned value in JSON text too', () => {
    const redactor = new Redactor();
    redactor.learn('quote " and\nline');
    expect(redactor.redact(JSON.stringify({ a: 'x quote " and\nline y' }))).toBe('{"a":"x [redacted] y"}');
  });

  it('masks the longer of two values whole, in whichever order they were learned', () => {
    for (const order of [
      ['password', 'password-of-ann'],
      ['password-of-ann', 'password'],
    ]) {
      const redactor = new Redactor();
      for (const secret of order) redactor.learn(secret);
      expect(redactor.redact('password-of-ann, password')).toBe('[redacted], [redacted]');
    }
  });

  it('does not mask values so short that they are ordinary words', () => {
    const redactor = new Redactor();
    for (const word of ['', 'test', 'develop']) redactor.learn(word);
    expect(redactor.redact('test the develop branch')).toBe('test the develop branch');
    expect(redactor.find('develop')).toBeUndefined();
  });
});
