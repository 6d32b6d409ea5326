import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactRandomText } from '../../../src/memory/random-text.ts';
import { cpuMsOf } from '../../support/patience.ts';

const KEY = 'Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1';

describe('redactRandomText masks', () => {
  it.each([
    [`the key is ${KEY} today`, 'the key is [redacted random_text] today'],
    [`x=${KEY}&y=1`, 'x=[redacted random_text]&y=1'],
    [`"${KEY}"`, '"[redacted random_text]"'],
    [`{"a":"line\\n${KEY}"}`, '{"a":"line\\n[redacted random_text]"}'],
    [`{"a":"\\u0007${KEY}"}`, '{"a":"\\u0007[redacted random_text]"}'],
    [`token_${KEY}`, 'token_[redacted random_text]'],
    ['password: hunter2!x', 'password: [redacted named_secret]'],
    ['The password is correct-Horse7', 'The password is [redacted named_secret]'],
    ['{"password":"tr0ub4dor&3"}', '{"password":"[redacted named_secret]"}'],
    ['DB_PASSWORD=s3cr3tvalue', 'DB_PASSWORD=[redacted named_secret]'],
    ['api_key = 3f786850e387550fdab836ed7e6dc881de23001b', 'api_key = [redacted named_secret]'],
    ['aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key=[redacted named_secret]'],
    ['{"password":"hunter2"}', '{"password":"[redacted named_secret]"}'],
    ['{"password":"letmein","port":1}', '{"password":"[redacted named_secret]","port":1}'],
    [String.raw`{"password":"pa\"ss12","port":1}`, '{"password":"[redacted named_secret]","port":1}'],
    ['{"password":"correct horse 7","port":1}', '{"password":"[redacted named_secret]","port":1}'],
    [String.raw`{"a":"{\"password\":\"hunter2\"}"}`, String.raw`{"a":"{\"password\":\"[redacted named_secret]\"}"}`],
    ["password: 'letmein'", "password: '[redacted named_secret]'"],
    ['DB_PASSWORD=letmein', 'DB_PASSWORD=[redacted named_secret]'],
    ['DB_PASSWORD=supersecret', 'DB_PASSWORD=[redacted named_secret]'],
    ['DB_PASS=letmein1', 'DB_PASS=[redacted named_secret]'],
    ['password=12345678', 'password=[redacted named_secret]'],
    ['Passwort: Sommer2024!', 'Passwort: [redacted named_secret]'],
    ['api key: 9f86d081884c7d659a2feaa0c55ad015', 'api key: [redacted named_secret]'],
    ['api-key 9f86d081884c7d659a2feaa0c55ad015', 'api-key [redacted named_secret]'],
    ['SLACK_SIGNING_SECRET 8f742231b10e8888abcd99yyyzzz85a5', 'SLACK_SIGNING_SECRET [redacted named_secret]'],
    ['token 0123456789abcdef0123456789abcdef', 'token [redacted named_secret]'],
    ['https://x/?api_key=abc123&x=1', 'https://x/?api_key=[redacted named_secret]&x=1'],
    ['https://x/?token=abc123&password=a&b&y[z]=1', 'https://x/?token=[redacted named_secret]&password=a&b&y[z]=1'],
    ['otpauth://totp/x?secret=JBSWY3DPEHPK3PXP', 'otpauth://totp/x?secret=[redacted named_secret]'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==', 'Authorization: Basic [redacted basic_auth]'],
    ['{"auths":{"x":{"auth":"dXNlcjpwYXNzd29yZA=="}}}', '{"auths":{"x":{"auth":"[redacted basic_auth]"}}}'],
    ['curl -u admin:Sup3rS3cret https://x', 'curl -u admin:[redacted basic_auth] https://x'],
    ['curl -s --user "admin:letmein" https://x', 'curl -s --user "admin:[redacted basic_auth]" https://x'],
    ['pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8H', '[redacted client_secret]'],
  ])('%s', (text, masked) => {
    expect(redactRandomText(text).text).toBe(masked);
    expect(redactRandomText(text).kinds).toHaveLength(1);
  });
});

describe('redactRandomText leaves alone', () => {
  it.each([
    'commit 3f786850e387550fdab836ed7e6dc881de23001b fixes it',
    'short hash 3f78685',
    '550e8400-e29b-41d4-a716-446655440000',
    '550E8400-E29B-41D4-A716-446655440000',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'pi_3MtwBwLkdIwHu7ix28a3tqPa and cs_test_a1B2c3D4e5F6g7H8i9J0k1L2 and evt_1NG8Du2eZvKYlo2CUI79vXWy',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
    'dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw==',
    'c3RyaXBlLXdlYmhvb2stc2VjcmV0',
    'AuthThrottleServiceRegisterFailureHandlerV2ForApi3',
    'getUrlForIdOfApiKeyFromConfig',
    'src/components/PaymentIntentForm2/usePaymentIntent3.test.tsx',
    'https://docs.example.com/guides/webhooks/v2/signature-verification#step-3',
    'feature/ABC-1234-payment-intents-v2-retry-with-backoff-2026-05-14',
    'x-request-id: req-2026-05-14-000123-backend-eu-west-1',
    'the webhook secret is STRIPE_WEBHOOK_SECRET',
    'token: see process.env.TOKEN',
    'secret_env: STRIPE_SECRET_KEY',
    'password: required, at least twelve characters',
    'max_tokens: 100000, tokens: 12345678',
    '{"token_count":123456789,"secret_env":"STRIPE_KEY_2"}',
    'the password is checked by bcrypt',
    'secret = config/vault/stripe.json',
    'token: $GITHUB_TOKEN_V2',
    'token=accessToken, password = req.body?.password, secret=getSecret(name), api_key=api_key',
    'PASSWORD=$DB_PASSWORD TOKEN=$(cat token) SECRET=<your-secret> API_KEY=STRIPE_API_KEY API_KEY=xxxx',
    '{"password":"string","token":"required","secret":"never written to disk"}',
    'The token is JWT-based, the password is sha256-hashed, the secret: v2.1, token: 15min, password: P256/RS256.',
    'All tests pass: 1234abc. The password is case-sensitive; the token is base64-encoded.',
    'Basic authentication of the basic plan2024; curl -u is documented; "auth":"required"',
    'next_token=abc123 and page_token=abc123',
    'The account key is rotated; API keys: see the vault. Secret: none',
    'Donaudampfschifffahrtsgesellschaftskapitän',
    '0123456789012345678901234567890123456789',
  ])('%s', (text) => {
    expect(redactRandomText(text)).toEqual({ text, kinds: [] });
  });
});

describe('redactRandomText, for any text', () => {
  const word = fc.constantFrom('payment', 'intent', 'api', 'user', 'id', 'url', 'config', 'handler', 'test', 'service');
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

  it('leaves identifiers, hashes and ids alone', () => {
    const words = fc.array(word, { minLength: 4, maxLength: 10 });
    const identifier = words.map((parts) => parts.map(capital).join(''));
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 20, maxLength: 64 });
    const ulid = fc.ulid();
    fc.assert(
      fc.property(
        fc.oneof(
          identifier,
          hex,
          fc.uuid(),
          ulid,
          words.map((parts) => parts.join('-')),
        ),
        (name) => {
          expect(redactRandomText(`see ${name}.`).text).toBe(`see ${name}.`);
        },
      ),
    );
  });

  it('leaves base 64 of words alone', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 3, maxLength: 12 }), (parts) => {
        const encoded = Buffer.from(parts.join(' ')).toString('base64');
        expect(redactRandomText(encoded).text).toBe(encoded);
      }),
    );
  });

  it('masks nearly every random key of 32 characters', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const keys = fc.sample(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 32, maxLength: 32 }), {
      numRuns: 1000,
      seed: 7,
    });
    const masked = keys.filter((key) => redactRandomText(key).kinds.length > 0);
    expect(masked.length).toBeGreaterThan(900);
  });

  it('keeps JSON JSON, and takes time in proportion to the text', async () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const json = JSON.stringify({ value, text: `${text} ${KEY}`, [`${text}${KEY}`]: 1, password: `${text}${KEY}` });
        expect(() => JSON.parse(redactRandomText(json).text) as unknown).not.toThrow();
      }),
    );
    for (const unit of [
      'a',
      'A1',
      'password',
      'password:',
      'token =',
      'aA1/',
      '=',
      '"password":"',
      'secret=a&',
      'curl ',
      'curl -u ',
      'basic a',
      'pi_aaaaaaaa',
    ]) {
      const text = unit.repeat(65_536 / unit.length);
      expect(await cpuMsOf(() => redactRandomText(text)), unit).toBeLessThan(2_000);
    }
  });
});
