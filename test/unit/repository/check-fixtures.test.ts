import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/check');

/** What is wrong in each file of the folder `faulty`: rule and line. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  '01-json-first.js': ['body-parsed-before-webhook:7'],
  '02-body-parser-mount.ts': ['body-parsed-before-webhook:8'],
  '03-pages-api.ts': ['body-parsed-before-webhook:7'],
  '04-app-router-stringify.ts': ['signature-over-reserialized-json:10'],
  '05-github-includes.mjs': ['signature-compared-with-equals:7'],
  '06-digest-helper.ts': ['signature-compared-with-equals:12'],
  '07-buffer-equals.ts': ['signature-compared-with-equals:6'],
  '08-unequal-lengths.ts': ['timing-safe-compare-length:6'],
  '09-slack-no-clock.ts': ['missing-timestamp-tolerance:8'],
  '10-tolerance-off.ts': ['missing-timestamp-tolerance:8'],
  '11-header-whole.ts': ['signature-header-not-parsed:8'],
  '12-open-door.js': ['webhook-without-verification:8'],
  '13-raw-as-object.ts': ['raw-body-used-as-object:9'],
  '14-no-dedupe.ts': ['handler-not-idempotent:15'],
  '15-mark-after.ts': ['effect-before-recording:20'],
  '16-answer-first.js': ['answered-before-durable:8'],
  '17-fire-and-forget.ts': ['answered-before-durable:11'],
  '18-swallowed.ts': ['webhook-error-swallowed:12'],
  '19-retry-in-interceptor.js': ['retry-in-interceptor:10'],
  '20-retry-times-retry.ts': ['retry-multiplied:7'],
  '21-post-in-loop.ts': ['post-retried-without-key:7'],
  '22-stripe-create-retried.js': ['post-retried-without-key:8'],
  '23-forever.ts': ['unbounded-retry:5'],
  '24-recursive.js': ['unbounded-retry:6'],
  '25-no-jitter.ts': ['retry-without-jitter:5'],
  '26-no-timeout.ts': ['missing-timeout:8'],
  '27-fetch-no-signal.js': ['missing-timeout:5'],
  '28-https-no-timeout.cjs': ['missing-timeout:5'],
  '29-breaker-flag.js': ['breaker-never-closes:9'],
  '30-breaker-elapsed-zero.ts': ['breaker-never-closes:17'],
  '31-opossum-all-errors.ts': ['client-error-counts-as-failure:10'],
  '32-catch-counts-all.ts': ['client-error-counts-as-failure:14'],
  '33-float-amounts.ts': ['float-money:9', 'float-money:10'],
  '34-moved-fields.ts': ['removed-api-field:6', 'removed-api-field:10'],
  '35-keys-in-source.js': ['secret-literal:3', 'secret-literal:4', 'secret-literal:5'],
  '36-log-everything.ts': ['payload-logged:11'],
  '37-log-error-config.ts': ['payload-logged:8', 'payload-logged:12'],
  '38-fastify-parsed.ts': ['body-parsed-before-webhook:10'],
  // The same faults as in the specification that this service began with.
  'founding-breaker.ts': ['half-open-unlimited:19', 'breaker-never-closes:27'],
  'founding-client.ts': [
    'payload-logged:23',
    'client-error-counts-as-failure:33',
    'retry-in-interceptor:35',
    'retry-after-ignored:43',
    'post-retried-without-key:47',
  ],
  'founding-handler.ts': ['handler-not-idempotent:12', 'raw-body-used-as-object:12'],
  'founding-middleware.ts': [
    'missing-timestamp-tolerance:9',
    'signature-over-reserialized-json:9',
    'signature-compared-with-equals:10',
    'signature-header-not-parsed:10',
  ],
  'founding-service.ts': ['removed-api-field:9'],
};

function check(folder: string, name: string): string[] {
  const text = readFileSync(join(FIXTURES, folder, name), 'utf8');
  const path = /^\/\/ path: (\S+)/.exec(text)?.[1];
  if (path === undefined) throw new Error(`${name} does not say where it stands`);
  return checkSource(path, text, { stripeSinceBasil: true }).map(({ rule, line }) => `${rule.id}:${line}`);
}

describe('faulty code', () => {
  const names = Object.keys(FAULTS);

  it('is all there', () => {
    expect(readdirSync(join(FIXTURES, 'faulty')).sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThanOrEqual(30);
  });

  it.each(names)('%s: every fault is found, and nothing else', (name) => {
    expect(check('faulty', name)).toEqual(FAULTS[name]);
  });
});

describe('correct code', () => {
  const names = readdirSync(join(FIXTURES, 'correct'));

  it('is all there', () => {
    expect(names.length).toBe(42);
  });

  it.each(names)('%s: nothing is found', (name) => {
    expect(check('correct', name)).toEqual([]);
  });
});
