import type { Transport } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import { McpEdge } from '../../src/protocol/edge.ts';
import { BothErasEdge } from '../../src/protocol/edge-both-eras.ts';
import { onTestEnd } from '../support/server-process.ts';
import type { InMemoryOptions } from './in-memory-server.ts';
import { openParts } from './in-memory-server.ts';

export interface Message {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

/** Which edge, and in which tongue it is spoken to. */
export const TONGUES = ['2025', 'auto, older', 'auto, stateless'] as const;
export type Tongue = (typeof TONGUES)[number];
export const OLDER = ['2025', 'auto, older'] as const;

/** A client that sends exactly what a test says: the official ones do not misbehave. */
export async function connectRaw(tongue: Tongue, options: InMemoryOptions = {}) {
  const { parts, warnings } = openParts(options);
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const edge = tongue === '2025' ? new McpEdge(parts) : new BothErasEdge(parts);
  const received: Message[] = [];
  clientSide.onmessage = (message: JSONRPCMessage) => void received.push(message as Message);
  await Promise.all([edge.connect(serverSide as Transport & typeof serverSide), clientSide.start()]);
  onTestEnd(async () => {
    await edge.drain();
    await clientSide.close();
  });
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': options.capabilities ?? {},
  };
  const send = (message: object) => void clientSide.send({ jsonrpc: '2.0', ...message } as JSONRPCMessage);
  const ask = (id: string | number, method: string, params: object = {}) =>
    send({ id, method, params: tongue === 'auto, stateless' ? { ...params, _meta: envelope } : params });
  let lastId = 0;
  const request = async (method: string, params?: object): Promise<Message> => {
    lastId += 1;
    const id = `r${lastId}`;
    ask(id, method, params);
    return expect
      .poll(() => received.find((message) => message.id === id), { timeout: 5_000 })
      .toBeDefined()
      .then(() => received.find((message) => message.id === id) ?? {});
  };
  if (tongue !== 'auto, stateless') {
    await request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: options.capabilities ?? {},
      clientInfo: { name: 'raw', version: '1' },
    });
    send({ method: 'notifications/initialized' });
  }
  return {
    edge,
    warnings,
    received,
    send,
    ask,
    request,
    /** The answer of a tool, as the model sees it. */
    async call(name: string, args: object = {}): Promise<Record<string, unknown>> {
      const { result } = await request('tools/call', { name, arguments: args });
      return (result?.['structuredContent'] ?? {}) as Record<string, unknown>;
    },
    updates: () =>
      received
        .filter(({ method }) => method === 'notifications/resources/updated')
        .map(({ params }) => params?.['uri']),
  };
}
