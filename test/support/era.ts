import { Client as SecondClient } from '@modelcontextprotocol/client';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

/** Which protocol era a suite runs in, against the edge that serves both; by default the edge of the first generation. */
export const ERA = process.env['BREAKWATER_TEST_ERA'];
export const STATELESS = '2026-07-28';
export const IS_STATELESS = ERA === STATELESS;

/** What a server of this run is started with. */
export const ERA_ENV: Readonly<Record<string, string>> = ERA === undefined ? {} : { BREAKWATER_PROTOCOL: 'auto' };

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': STATELESS,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** The parameters of a request as a client of this run writes them by hand. */
export function inEnvelope(params: object = {}): object {
  return IS_STATELESS ? { ...params, _meta: ENVELOPE } : params;
}

/** A client of the second generation for this run's era. */
export function createSecondClient(name: string, version: string, capabilities: object = {}): SecondClient {
  const mode = IS_STATELESS ? { pin: STATELESS } : ('legacy' as const);
  return new SecondClient({ name, version }, { capabilities, versionNegotiation: { mode } });
}

/** Under the type of the first generation, whose `callTool` takes the schema of the result as well. */
export function asFirstClient(client: SecondClient): Client {
  const callTool = client.callTool.bind(client);
  const sameMethods = Object.assign(client, {
    callTool: (params: Parameters<typeof callTool>[0], _schema?: unknown, given?: Parameters<typeof callTool>[1]) =>
      callTool(params, given),
  });
  return sameMethods as unknown as Client;
}
