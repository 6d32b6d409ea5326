import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, expect } from 'vitest';
import { asFirstClient, createSecondClient, ERA_ENV, IS_STATELESS } from './era.ts';
import { RecordingTransport } from './recording-transport.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
/** The command under test: ours as built, or the one of an installed package that `npm run test:ci` names. */
export const LAUNCHER = process.env['BREAKWATER_TEST_LAUNCHER'] ?? join(ROOT, 'bin', 'breakwater.mjs');

export interface ToolResult {
  isError: boolean;
  /** The structured answer of a success, the parsed JSON text of an error. */
  body: Record<string, unknown>;
  text: string;
}

export interface ServerProcess {
  client: Client;
  transport: RecordingTransport;
  pid: number;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  /** Closes the client's side and waits for the exit code. */
  stop(): Promise<number | NodeJS.Signals>;
}

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, last registered first. */
export function onTestEnd(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  onTestEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An environment with nothing of the machine's own settings, and a database in `folder`. */
export function serverEnv(folder: string, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = folder } = process.env;
  return {
    PATH,
    HOME,
    BREAKWATER_DB: join(folder, 'breakwater.db'),
    BREAKWATER_WORKSPACE: 'test-workspace',
    BREAKWATER_LOG: 'debug',
    ...ERA_ENV,
    ...extra,
  };
}

/** The built command as a client starts it. Ends with the test, which fails when anything but JSON-RPC was on standard output. */
export async function startServer(
  folder: string,
  extraEnv: Readonly<Record<string, string>> = {},
  launcher: string = LAUNCHER,
): Promise<ServerProcess> {
  const env = serverEnv(folder, extraEnv);
  const transport = new RecordingTransport({ command: process.execPath, args: [launcher], env, cwd: folder });
  const client = IS_STATELESS
    ? asFirstClient(createSecondClient('test-client', '1.0.0'))
    : new Client({ name: 'test-client', version: '1.0.0' });
  await client.connect(transport);
  onTestEnd(async () => {
    transport.child.kill('SIGKILL');
    await transport.exited;
    expect(transport.pollution).toEqual([]);
  });
  return {
    client,
    transport,
    pid: transport.child.pid ?? 0,
    call: (name, args = {}) => callTool(client, name, args),
    async stop() {
      transport.child.stdin.end();
      return transport.exited;
    },
  };
}

/** Calls a tool and checks that both forms of a success say the same. */
export async function callTool(client: Client, name: string, args: Record<string, unknown>): Promise<ToolResult> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as { type: string; text: string }[];
  const text = first?.text ?? '';
  const parsed = JSON.parse(text) as Record<string, unknown>;
  if (result.isError) {
    expect(result.structuredContent).toBeUndefined();
    return { isError: true, body: parsed, text };
  }
  expect(result.structuredContent).toEqual(parsed);
  return { isError: false, body: parsed, text };
}

/** The answer of a call that must succeed. */
export async function succeed(
  server: Pick<ServerProcess, 'call'>,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const result = await server.call(name, args);
  expect(result, result.text).toMatchObject({ isError: false });
  return result.body;
}

/** The error of a call that must fail. */
export async function fail(
  server: Pick<ServerProcess, 'call'>,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const result = await server.call(name, args);
  expect(result, result.text).toMatchObject({ isError: true });
  return result.body;
}
