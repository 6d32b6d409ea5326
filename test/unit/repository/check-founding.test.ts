import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';

/** The specification that this service began with; it is not part of the repository. */
const SPECIFICATION = resolve(import.meta.dirname, '../../../../shared/reference/integration-service-agent.md');

it.skipIf(!existsSync(SPECIFICATION))('finds every fault in the code of the founding specification', () => {
  const blocks = readFileSync(SPECIFICATION, 'utf8').matchAll(/```typescript\n(.*?)```/gs);
  const found = [...blocks].flatMap(([, code = '']) => {
    const path = /^\/\/ (\S+\.ts)/.exec(code)?.[1];
    return path === undefined ? [] : checkSource(path, code, { stripeSinceBasil: true });
  });
  expect(found.map(({ rule, file }) => `${file.replace(/^.*\//, '')} ${rule.id}`)).toEqual([
    'stripe.client.ts payload-logged',
    'stripe.client.ts client-error-counts-as-failure',
    'stripe.client.ts retry-in-interceptor',
    'stripe.client.ts retry-after-ignored',
    'stripe.client.ts post-retried-without-key',
    'circuit-breaker.util.ts half-open-unlimited',
    'circuit-breaker.util.ts breaker-never-closes',
    'webhook-signature.middleware.ts missing-timestamp-tolerance',
    'webhook-signature.middleware.ts signature-over-reserialized-json',
    'webhook-signature.middleware.ts signature-compared-with-equals',
    'webhook-signature.middleware.ts signature-header-not-parsed',
    'stripe.webhook.ts raw-body-used-as-object',
    'stripe.webhook.ts handler-not-idempotent',
    'payment.service.ts removed-api-field',
  ]);
});
