import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/memory/fingerprint.ts';
import { cpuMsOf } from '../../support/patience.ts';

const SAME: readonly [string, string][] = [
  [
    'Use exponential backoff for Stripe API retries with jitter',
    'use the exponential backoff for Stripe API retry, with jitter.',
  ],
  ['We configured the webhook. Retries are on.', 'we configured  webhook!\nRetries on'],
  ['- one item\n- two items', '* one item\n* two items'],
  ['Note: retry "twice"', 'retry twice'],
  [
    '{"service":"stripe","status":"complete","timestamp":1}',
    '{ "status": "complete", "timestamp": 2, "service": "Stripe" }',
  ],
  ['{"a":1,"createdAt":"2026-05-14"}', '{"a":1}'],
  ["We don't retry; it can’t work", 'We do not retry; it cannot work'],
  ["we'll pin Node 24", 'We will pin Node 24'],
];

const DIFFERENT: readonly [string, string][] = [
  ['migrated from Stripe to Adyen', 'migrated from Adyen to Stripe'],
  ['A calls B', 'B calls A'],
  ['port 80 for http, 443 for https', 'port 443 for http, 80 for https'],
  ['timeout 1.5 s', 'timeout 15 s'],
  ['use retries', 'do not use retries'],
  ["it can't fail", 'it can fail'],
  ["we won't deploy", 'we want deploy'],
  ['tests ✅', 'tests ❌'],
  ['x > 5', 'x < 5'],
  ['if (a && b)', 'if (a || b)'],
  ['written in C', 'written in C++'],
  ['Is it deployed?', 'It is deployed.'],
  ['- [x] deploy', '- [ ] deploy'],
  ['status complete', 'status failed'],
  ['{"from":"a","to":"b"}', '{"from":"b","to":"a"}'],
  ['[{"n":"x","p":1},{"n":"y","p":2}]', '[{"n":"x","p":2},{"n":"y","p":1}]'],
  ['{"deadline":"2026-05-14"}', '{"deadline":"2026-05-15"}'],
  ['🎉', '🚀'],
  ['...', '!!!'],
  [
    '1. Stop the workers.\n2. Run the migration.\n3. Start the workers.',
    '3. Start the workers.\n2. Run the migration.\n1. Stop the workers.',
  ],
  ['- stop the workers\n- run the migration', '- run the migration\n- stop the workers'],
  ['Deploy the service. Restart the workers.', 'Restart the workers. Deploy the service.'],
  ['build and test and deploy', 'build and deploy and test'],
  ['cards in staging with Stripe, in production with Adyen', 'cards in staging with Adyen, in production with Stripe'],
  ['{"steps":["build","deploy"]}', '{"steps":["deploy","build"]}'],
  ['{"steps":"Build. Deploy."}', '{"steps":"Deploy. Build."}'],
];

describe('fingerprint', () => {
  it.each(SAME)('is equal: %s | %s', (a, b) => {
    expect(fingerprint(a)).toBe(fingerprint(b));
  });

  it.each(DIFFERENT)('differs: %s | %s', (a, b) => {
    expect(fingerprint(a)).not.toBe(fingerprint(b));
  });

  it.each(['.', ')', '"', ' ', '\n', '. ', 'a.'])('takes 64 KB of %j in its stride', async (unit) => {
    const text = `${unit.repeat(Math.floor(65_000 / unit.length))}x`;
    expect(await cpuMsOf(() => fingerprint(text))).toBeLessThan(3_000);
  });
});
