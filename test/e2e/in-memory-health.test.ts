import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../support/database.ts';
import { configureSendGrid, SENDGRID_ENV, startSendGrid } from '../support/sendgrid-service.ts';
import { fail, succeed } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

const MAIL = {
  from: 'shop@example.com',
  to: ['ada@example.com'],
  subject: 'Receipt',
  text: 'Thank you',
  reference: 'r1',
};

/** Changes the saved configuration of an integration behind the server's back. */
function edit(path: string, name: string, config: (saved: Record<string, unknown>) => unknown): void {
  const db = new Database(path);
  const { config: saved } = db.prepare('SELECT config FROM integration WHERE name = ?').get(name) as { config: string };
  const changed = config(JSON.parse(saved));
  const text = typeof changed === 'string' ? changed : JSON.stringify(changed);
  db.prepare('UPDATE integration SET config = ? WHERE name = ?').run(text, name);
  db.close();
}

describe('the health of an integration', () => {
  it('shows what is left of its rate limit and its last error, in the list and in its resource', async () => {
    const sendgrid = await startSendGrid();
    const server = await connectInMemory({ env: SENDGRID_ENV });
    await configureSendGrid(server, sendgrid);
    const limit = { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '598', 'x-ratelimit-reset': '1900000000' };
    sendgrid.next((_request, response) => response.writeHead(401, limit).end('{}'));
    expect(await fail(server, 'send_email', MAIL)).toMatchObject({ code: 'unauthorized' });
    const key = `${new URL(sendgrid.url).host}/write`;
    const health = {
      health: 'ok',
      limits: { [key]: '598 of 600 left until 2030-03-17T17:46:40.000Z' },
      last_errors: { [key]: expect.stringMatching(/^HTTP 401 at \d{4}-/) },
    };
    expect(await succeed(server, 'list_integrations', { service: 'sendgrid' })).toMatchObject({
      integrations: [{ name: 'sendgrid', ...health }],
    });
    const { contents } = await server.client.readResource({ uri: 'integration://sendgrid' });
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject(health);
  });

  it('is incomplete while a setting is missing, and failing while its circuit is open', async () => {
    const server = await connectInMemory({
      env: { TWILIO_AUTH_TOKEN: 'token-0123456789', GITHUB_TOKEN: 'ghp', GITHUB_WEBHOOK_SECRET: 'x' },
    });
    await succeed(server, 'configure_integration', { service: 'twilio' });
    await succeed(server, 'configure_integration', { service: 'github' });
    await succeed(server, 'control_breaker', { integration: 'github', action: 'open', reason: 'test', for_ms: 60_000 });
    expect(await succeed(server, 'list_integrations')).toMatchObject({
      integrations: [
        { name: 'github', health: 'failing' },
        { name: 'twilio', health: 'incomplete', missing: ['settings.account_sid'] },
      ],
    });
  });
});

describe('a saved configuration that is broken', () => {
  it.each<[string, (saved: Record<string, unknown>) => unknown, string]>([
    ['no JSON', () => 'not JSON', 'not JSON'],
    ['of another shape', (saved) => ({ ...saved, mode: 'production' }), 'mode'],
    ['of a service that is gone', (saved) => ({ ...saved, service: 'myspace' }), 'myspace'],
    [
      'with a setting that the service does not know',
      (saved) => ({ ...saved, settings: { planet: 'mars' } }),
      'SendGrid',
    ],
    ['with an address that is not its own', (saved) => ({ ...saved, baseUrl: 'https://evil.example.com' }), 'host'],
  ])('because it is %s disables that integration only, and says how to repair it', async (_what, change, problem) => {
    const path = databasePath();
    const before = await connectInMemory({ env: SENDGRID_ENV, databasePath: path });
    await configureSendGrid(before, await startSendGrid());
    const other = await startSendGrid();
    await succeed(before, 'configure_integration', { service: 'sendgrid', name: 'other', base_url: other.url });
    edit(path, 'sendgrid', change);
    const server = await connectInMemory({ env: SENDGRID_ENV, databasePath: path });
    expect(await succeed(server, 'list_integrations')).toMatchObject({
      integrations: [{ name: 'other', health: 'ok' }],
      broken: [
        {
          name: 'sendgrid',
          problems: [expect.stringContaining(problem)],
          repair: expect.stringMatching(/configure_integration.*remove: true/),
        },
      ],
    });
    expect(await fail(server, 'send_email', { ...MAIL, integration: 'sendgrid' })).toMatchObject({
      code: 'not_configured',
      hint: expect.stringContaining('configure_integration'),
    });
    expect(await succeed(server, 'send_email', { ...MAIL, integration: 'other' })).toMatchObject({ accepted: true });
    await succeed(server, 'configure_integration', { service: 'sendgrid', remove: true });
    await configureSendGrid(server, other);
    expect(await succeed(server, 'list_integrations')).toMatchObject({
      integrations: [{ name: 'other' }, { name: 'sendgrid', health: 'ok' }],
      broken: [],
    });
  });
});
