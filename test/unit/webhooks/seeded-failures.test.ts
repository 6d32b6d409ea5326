import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/webhooks/delivery.ts';
import { diagnose } from '../../../src/webhooks/diagnose.ts';
import { CAUSES } from '../../../src/webhooks/findings.ts';
import { NOW_MS, samples, schemes } from './deliveries.ts';
import { bodyFailures } from './failures/body.ts';
import type { Failure } from './failures/failure.ts';
import { secretFailures } from './failures/secret.ts';
import { transportFailures } from './failures/transport.ts';

const failures = [...bodyFailures, ...secretFailures, ...transportFailures];

function run({ of, signed, body, headers, secret, signer, delivery, at, other = [] }: Failure) {
  const sent = signed === undefined ? of.body : Buffer.from(signed);
  const good = of.sign(sent, at, signer?.(of.secret));
  const received: Delivery = {
    headers: headers?.(good) ?? good,
    body: Buffer.from(body?.(sent) ?? sent),
    url: of.url,
    certificate: of.certificate,
    ...delivery,
  };
  const value = secret === undefined ? of.secret : secret(of.secret);
  const options = {
    secrets: [{ name: 'HOOK_SECRET', value }],
    otherSecrets: other,
    schemes,
    nowMs: NOW_MS,
  };
  return diagnose(of.scheme, received, options);
}

describe('seeded failures', () => {
  it.each(failures)('$kind: $cause', (failure) => {
    const findings = run(failure);
    expect(findings.map(({ cause }) => cause)).toEqual([failure.cause]);
    const shown = JSON.stringify(findings);
    for (const { secret } of samples) expect(shown).not.toContain(secret);
    for (const { explanation, fix } of findings) {
      expect(explanation.length).toBeGreaterThan(15);
      expect(fix.length).toBeGreaterThan(30);
    }
  });

  it('are of more than 40 kinds, at least 95 % of which are explained', () => {
    const explained = failures.filter((failure) => run(failure)[0]?.cause !== 'unexplained');
    expect(new Set(failures.map(({ kind }) => kind)).size).toBe(failures.length);
    expect(failures.length).toBeGreaterThanOrEqual(80);
    expect(explained.length / failures.length).toBeGreaterThanOrEqual(0.95);
  });

  it('name every cause', () => {
    expect([...new Set(failures.map(({ cause }) => cause))].sort()).toEqual([...CAUSES].sort());
  });
});

describe('explanations', () => {
  it('say how the URL differs', () => {
    const failure = failures.find(({ kind }) => kind.startsWith('URL of the inner host'));
    const [finding] = failure === undefined ? [] : run(failure);
    expect(finding?.explanation).toBe(
      'The signature fits the URL with https:// instead of http:// and the host example.com and no port.',
    );
  });

  it('name the key that a sender made in its own way', () => {
    const failure = failures.find(({ cause }) => cause === 'secret_read_differently');
    const [finding] = failure === undefined ? [] : run(failure);
    expect(finding?.explanation).toBe(
      'The signature was made with HOOK_SECRET, but with the bytes of its text as the key.',
    );
  });
});
