import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Subscriptions } from './subscriptions.ts';

const listen = z.object({
  method: z.literal('subscriptions/listen'),
  id: z.union([z.string(), z.number()]),
  params: z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()) }) }),
});
const cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
});

/**
 * A transport that sees which resources a client of the stateless protocol listens to: the SDK keeps those streams to itself and only
 * routes what the server announces.
 */
export class ListenWatch implements Transport {
  readonly #inner: Transport;
  readonly #subscriptions: Subscriptions;
  readonly #streams = new Map<string | number, readonly string[]>();
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  afterClose: (() => void) | undefined;

  constructor(inner: Transport, subscriptions: Subscriptions) {
    this.#inner = inner;
    this.#subscriptions = subscriptions;
  }

  start(): Promise<void> {
    const inner = this.#inner;
    inner.onmessage = (message, extra) => {
      this.#look(message);
      this.onmessage?.(message, extra);
    };
    inner.onclose = () => {
      this.onclose?.();
      this.afterClose?.();
    };
    inner.onerror = (error) => this.onerror?.(error);
    return inner.start();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #look(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    const begun = listen.safeParse(message);
    if (begun.success) this.#begin(begun.data.id, begun.data.params.notifications.resourceSubscriptions);
    const ended = cancelled.safeParse(message);
    if (ended.success) this.#end(ended.data.params.requestId);
  }

  #begin(id: string | number, uris: readonly string[]): void {
    this.#streams.set(id, uris);
    for (const uri of uris) void this.#subscriptions.add(uri);
  }

  #end(id: string | number): void {
    const uris = this.#streams.get(id) ?? [];
    this.#streams.delete(id);
    const stillWanted = new Set([...this.#streams.values()].flat());
    for (const uri of uris) if (!stillWanted.has(uri)) this.#subscriptions.remove(uri);
  }
}
