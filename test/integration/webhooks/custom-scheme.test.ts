import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { findWebhook, IntegrationWebhooks } from '../../../src/integrations/configured-webhooks.ts';
import { Integrations } from '../../../src/integrations/integrations.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../../src/integrations/sqlite-integration-store.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';
import { verifyDelivery } from '../../../src/webhooks/verify.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';

const NOW_MS = 1_790_000_000_000;
const WORKSPACE = '/project';

/** As docs/webhooks.md shows it. */
const ACME = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      encoding: 'hex',
      at: [{ header: 'x-acme-signature', separator: ',', prefix: 's=' }],
    },
  ],
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { at: [{ header: 'x-acme-signature', separator: ',', prefix: 't=' }], toleranceS: 300 },
  event: { id: [{ json: ['id'] }], type: [{ json: ['type'] }] },
};

function setup() {
  const sqlite = sqliteAt(databasePath(), integrationMigrations);
  const store = new SqliteIntegrationStore(sqlite, { now: () => NOW_MS });
  const integrations = new Integrations({ store, catalogue, secrets: { get: () => 'secret' }, allowLive: false });
  return { integrations, webhooks: new IntegrationWebhooks(integrations) };
}

describe('a scheme of the user', () => {
  it('is shown in the documentation as it works', () => {
    const documentation = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
    const calls = [...documentation.matchAll(/```js\nconfigure_integration\(([\s\S]*?)\)\n```/g)];
    const blocks = calls.map(([, block = '']) => block);
    const shown = blocks.find((block) => block.includes('webhook_scheme'));
    expect(JSON.parse(shown ?? '')).toMatchObject({ service: 'custom', webhook_scheme: ACME });
  });

  it('is saved, and then verifies and signs under the name of its integration', async () => {
    const { integrations, webhooks } = setup();
    const input = { webhookScheme: ACME, webhookSecretEnvs: ['ACME_SECRET'] };
    const report = await integrations.configure(WORKSPACE, 'custom', 'acme', input);
    expect(report.integration.config.webhookScheme).toEqual(ACME);
    const { scheme, secretNames } = findWebhook(await webhooks.list(WORKSPACE), 'acme');
    expect(secretNames).toEqual(['ACME_SECRET']);
    const body = Buffer.from('{"id":"e-1","type":"order.paid"}');
    const signed = signWebhook(scheme, { body, secret: 'secret', timestampMs: NOW_MS });
    expect(signed.headers['x-acme-signature']).toMatch(/^t=1790000000,s=[0-9a-f]{64}$/);
    const options = { secrets: [{ name: 'ACME_SECRET', value: 'secret' }], nowMs: NOW_MS };
    expect(verifyDelivery(scheme, signed, options)).toMatchObject({
      valid: true,
      eventId: 'e-1',
      eventType: 'order.paid',
    });
    expect(verifyDelivery(scheme, { ...signed, body: Buffer.from('{}') }, options).reason).toBe('signature_mismatch');
  });

  it('stays when other things are changed, and belongs to its workspace', async () => {
    const { integrations, webhooks } = setup();
    await integrations.configure(WORKSPACE, 'custom', 'acme', { webhookScheme: ACME });
    const report = await integrations.configure(WORKSPACE, 'custom', 'acme', { webhookSecretEnvs: ['OTHER'] });
    expect(report.integration.config.webhookScheme).toEqual(ACME);
    expect((await webhooks.list('/elsewhere')).has('acme')).toBe(false);
    const failure = await webhooks.list('/elsewhere').then((known) => {
      try {
        return findWebhook(known, 'acme');
      } catch (thrown) {
        return thrown;
      }
    });
    expect(failure).toMatchObject({ code: 'invalid_input', hint: expect.stringContaining('webhook_scheme') });
  });

  it('cannot take the name of a known service from it', async () => {
    const { integrations, webhooks } = setup();
    await integrations.configure(WORKSPACE, 'custom', 'stripe', { webhookScheme: ACME });
    const { scheme } = findWebhook(await webhooks.list(WORKSPACE), 'stripe');
    expect(scheme).toBe(catalogue.get('stripe')?.webhook?.scheme);
  });

  it('adds the variables of configured integrations before the default', async () => {
    const { integrations, webhooks } = setup();
    await integrations.configure(WORKSPACE, 'slack', undefined, { webhookSecretEnvs: ['SLACK_NEW'] });
    expect((await webhooks.list(WORKSPACE)).get('slack')?.secretNames).toEqual(['SLACK_NEW', 'SLACK_SIGNING_SECRET']);
  });

  const rsa = {
    algorithm: 'rsa-sha256',
    key: 'certificate',
    certificate: [{ header: 'x-cert' }],
    domain: 'a.example',
    commonName: 'a',
  };
  it.each([
    ['nothing', undefined, 'signatures'],
    ['no signature', { ...ACME, signatures: [] }, 'signatures'],
    ['an unknown key', { ...ACME, verify: true }, 'verify'],
    [
      'an unknown algorithm',
      { ...ACME, signatures: [{ ...ACME.signatures[0], algorithm: 'md5' }] },
      'signatures.0.algorithm',
    ],
    [
      'a header in upper case',
      { ...ACME, signatures: [{ ...ACME.signatures[0], at: [{ header: 'X-Acme' }] }] },
      'signatures.0.at.0',
    ],
    ['certificates', { ...ACME, signatures: [{ ...rsa, encoding: 'base64', at: [{ header: 'x' }] }] }, 'signatures'],
    ['a body that is not signed', { ...ACME, signed: ['timestamp'] }, 'signed'],
    ['a timestamp that is nowhere', { ...ACME, timestamp: undefined }, 'timestamp'],
    ['an id that is nowhere', { ...ACME, signed: ['id', 'body'] }, 'id'],
    ['the secret as a part', { ...ACME, signed: ['secret', 'body'] }, 'signed'],
    [
      'a signature inside the body it signs',
      { ...ACME, signatures: [{ ...ACME.signatures[0], at: [{ json: ['s'] }] }] },
      'signatures',
    ],
    [
      'no tolerance worth the name',
      { ...ACME, timestamp: { ...ACME.timestamp, toleranceS: 0 } },
      'timestamp.toleranceS',
    ],
  ])('is refused with its problem: %s', async (_name, webhookScheme, path) => {
    const { integrations } = setup();
    const failure = await integrations
      .configure(WORKSPACE, 'custom', 'acme', { webhookScheme })
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'invalid_input', hint: expect.stringContaining('docs/webhooks.md') });
    const { problems } = (failure as AppError).details as { problems: string[] };
    expect(problems.join('\n')).toContain(path);
  });

  it('is refused for a service whose scheme is known', async () => {
    const { integrations } = setup();
    const attempt = integrations.configure(WORKSPACE, 'stripe', undefined, { webhookScheme: ACME });
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_input', hint: expect.stringContaining('custom') });
  });
});
