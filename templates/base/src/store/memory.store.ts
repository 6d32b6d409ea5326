import type { RecordedEvent, StoredRecord } from '../types/index.js';
import { ReferenceConflictError } from '../types/index.js';
import type { IntegrationStore, RequestState } from './store.js';
import { applyChange } from './store.js';

interface Request {
  fingerprint: string;
  startedAtMs: number;
  result: string | undefined;
}

/** For tests and trials: everything is lost when the process ends, and events are then applied again. */
export class MemoryStore implements IntegrationStore {
  readonly #events = new Set<string>();
  readonly #records = new Map<string, StoredRecord>();
  readonly #requests = new Map<string, Request>();

  async record(events: readonly RecordedEvent[]): Promise<readonly string[]> {
    const added: string[] = [];
    for (const event of events) {
      if (this.#events.has(event.id)) continue;
      this.#events.add(event.id);
      added.push(event.id);
      this.#apply(event);
    }
    return added;
  }

  async find(kind: string, id: string): Promise<StoredRecord | undefined> {
    return this.#records.get(keyOf(kind, id));
  }

  async beginRequest(reference: string, fingerprint: string): Promise<RequestState> {
    const known = this.#requests.get(reference);
    if (known === undefined) {
      this.#requests.set(reference, { fingerprint, startedAtMs: Date.now(), result: undefined });
      return { state: 'new' };
    }
    if (known.fingerprint !== fingerprint) throw new ReferenceConflictError();
    const { result, startedAtMs } = known;
    return result === undefined ? { state: 'pending', startedAtMs } : { state: 'done', result };
  }

  async finishRequest(reference: string, result: string): Promise<void> {
    const known = this.#requests.get(reference);
    if (known !== undefined) known.result = result;
  }

  async abandonRequest(reference: string): Promise<void> {
    if (this.#requests.get(reference)?.result === undefined) this.#requests.delete(reference);
  }

  async close(): Promise<void> {}

  #apply(event: RecordedEvent): void {
    if (event.change === undefined) return;
    const key = keyOf(event.change.kind, event.change.id);
    const next = applyChange(this.#records.get(key), event, event.change);
    if (next !== undefined) this.#records.set(key, next);
  }
}

function keyOf(kind: string, id: string): string {
  return `${kind}\n${id}`;
}
