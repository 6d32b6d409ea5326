import { expect, it } from 'vitest';
import { isEnvName } from '../../../src/core/secrets.ts';

it.each([
  'STRIPE_SECRET_KEY',
  '_x',
  'a',
  'MY_KEY_2',
  'STRIPEKEY',
  'SECRETKEYFORTHEPAYMENTS',
  'X'.repeat(128),
])('takes %s for the name of a variable', (name) => {
  expect(isEnvName(name)).toBe(true);
});

it.each([
  '',
  '1KEY',
  'MY-KEY',
  'MY KEY',
  'KEY\n',
  '$KEY',
  ' KEY',
  'KEY=value',
  'Ключ',
  'X'.repeat(129),
  'sk_test_Zq7Xw2Vt9Kp4Lm8N',
  'ghp_Zq7Xw2Vt9Kp4Lm8Nb3Hj',
  'AKIAZQ7XW2VT9KP4LM8N',
  'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  'Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1',
])('does not take %j for one', (name) => {
  expect(isEnvName(name)).toBe(false);
});
