import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Subscriptions } from './subscriptions.ts';

const streamId = z.union([z.string(), z.number()]);
const addresses = z.array(z.string());

const listen = z.object({
  id: streamId,
  params: z.object({ notifications: z.object({ resourceSubscriptions: addresses.default([]) }) }),
});
const cancelled = z.object({ params: z.object({ requestId: streamId }) });
const acknowledged = z.object({
  params: z.looseObject({
    _meta: z.looseObject({ [SUBSCRIPTION_ID_META_KEY]: streamId }),
    notifications: z.looseObject({ resourceSubscriptions: addresses }),
  }),
});

/**
 * A transport that sees which resources a client of the stateless protocol listens to: the SDK keeps those streams to itself and only
 * routes what the server announces. A stream is acknowledged with what is really watched of it.
 */
export class ListenWatch implements Transport {
  readonly #inner: Transport;
  readonly #subscriptions: Subscriptions;
  /** Of streams that were not answered yet: what is watched, as soon as that is known. */
  readonly #begun = new Map<string | number, Promise<Set<string>>>();
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
      if ('method' in message) this.#look(message.method, message);
      this.onmessage?.(message, extra);
    };
    inner.onclose = () => {
      this.onclose?.();
      this.afterClose?.();
    };
    inner.onerror = (error) => this.onerror?.(error);
    return inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message)) {
      // A stream that is answered was refused, or is over.
      if (message.id !== undefined && this.#begun.has(message.id)) this.#end(message.id);
    } else if (message.method === 'notifications/subscriptions/acknowledged') {
      return this.#inner.send(await this.#acknowledge(message));
    }
    return this.#inner.send(message);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #look(method: string, message: JSONRPCMessage): void {
    if (method === 'subscriptions/listen') {
      const { data } = listen.safeParse(message);
      if (data !== undefined) this.#begin(data.id, data.params.notifications.resourceSubscriptions);
    } else if (method === 'notifications/cancelled') {
      const { data } = cancelled.safeParse(message);
      if (data !== undefined) this.#end(data.params.requestId);
    }
  }

  #begin(id: string | number, uris: readonly string[]): void {
    this.#end(id);
    const watched = new Set<string>();
    const holds = [...new Set(uris)].map((uri) =>
      this.#subscriptions.hold(id, uri).then(
        () => watched.add(uri),
        // It is not acknowledged.
        () => {},
      ),
    );
    this.#begun.set(
      id,
      Promise.all(holds).then(() => watched),
    );
  }

  #end(id: string | number): void {
    this.#begun.delete(id);
    this.#subscriptions.end(id);
  }

  async #acknowledge(message: Extract<JSONRPCMessage, { method: string }>): Promise<JSONRPCMessage> {
    const { data } = acknowledged.safeParse(message);
    if (data === undefined) return message;
    const { _meta, notifications } = data.params;
    const watched = await this.#begun.get(_meta[SUBSCRIPTION_ID_META_KEY]);
    const resourceSubscriptions = notifications.resourceSubscriptions.filter((uri) => watched?.has(uri));
    return { ...message, params: { ...data.params, notifications: { ...notifications, resourceSubscriptions } } };
  }
}
