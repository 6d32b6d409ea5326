import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, it } from 'vitest';
import { RecordingTransport } from '../support/recording-transport.ts';
import { onTestEnd, ROOT, serverEnv, temporaryFolder } from '../support/server-process.ts';

const STAND_IN = `export class NodeSDK {
  start() { console.log('sdk started'); }
  async shutdown() { console.log('sdk stopped'); }
}`;

/** Starts a copy of the command that finds only what is put beside it. */
async function serveBeside(modules: Readonly<Record<string, string>>, env: Record<string, string>) {
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const [name, code] of Object.entries(modules)) {
    const home = join(folder, 'node_modules', name);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
    writeFileSync(join(home, 'index.js'), code);
  }
  const launcher = join(folder, 'bin', 'breakwater.mjs');
  const command = { command: process.execPath, args: [launcher], env: serverEnv(folder, env), cwd: folder };
  const transport = new RecordingTransport(command);
  onTestEnd(() => void transport.child.kill('SIGKILL'));
  await new Client({ name: 'test', version: '1' }).connect(transport);
  await transport.close();
  expect(transport.pollution).toEqual([]);
  return transport.stderr;
}

it('starts and ends the SDK when OTEL_* is set, and keeps what it prints away from the protocol', async () => {
  const stderr = await serveBeside({ '@opentelemetry/sdk-node': STAND_IN }, { OTEL_TRACES_EXPORTER: 'console' });
  expect(stderr).toContain('sdk started');
  expect(stderr).toContain('sdk stopped');
});

it('leaves it alone without OTEL_*', async () => {
  expect(await serveBeside({ '@opentelemetry/sdk-node': STAND_IN }, {})).not.toContain('sdk');
});

it('says what is missing and serves all the same', async () => {
  const stderr = await serveBeside({}, { OTEL_TRACES_EXPORTER: 'otlp' });
  expect(stderr).toContain('npm install @opentelemetry/sdk-node');
});
