import { messageOf } from '../core/errors.ts';
import { withinTime } from '../core/linked-signal.ts';
import type { Log } from '../core/log.ts';
import type { Row } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { Embedder } from './embedder.ts';
import { readableText } from './json-text.ts';
import { SecretMask } from './mask-memory.ts';
import { clip } from './plain-text.ts';
import type { SemanticQuery } from './vectors.ts';
import { encodeVector, toUnitVector } from './vectors.ts';

const QUERY_TIMEOUT_MS = 1500;
const BATCH_TIMEOUT_MS = 30_000;
const BATCH = 32;
/** After a failure the service is left alone for so long. */
const REST_MS = 10_000;
/** Of a text, in characters: what models take. */
const MAX_TEXT = 6000;

interface Pending {
  seq: number;
  version: number;
  summary: string;
  content: string;
}

/** The vectors of the memories: filled in later, in the background, and anew when the model or the text changes. */
export class SemanticIndex {
  readonly #sqlite: Sqlite;
  readonly #embedder: Embedder;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #shelves = new Map<string, Shelf>();

  constructor(sqlite: Sqlite, embedder: Embedder, log: Log) {
    this.#sqlite = sqlite;
    this.#embedder = embedder;
    this.#log = log;
  }

  /** Undefined where nothing is configured or the service is away: then words alone decide. */
  async query(text: string, workspace: string): Promise<SemanticQuery | undefined> {
    try {
      const model = await this.#embedder.model(workspace);
      if (model === undefined) return undefined;
      if (this.#shelf(workspace).scanned !== model) this.#fill(workspace);
      // The text leaves this machine.
      const masked = new SecretMask().text(clip(text, MAX_TEXT));
      const [values] = await this.#embedder.embed(workspace, [masked], AbortSignal.timeout(QUERY_TIMEOUT_MS));
      return values === undefined ? undefined : { model, vector: toUnitVector(values) };
    } catch (thrown) {
      this.#log.debug({ cause: messageOf(thrown) }, 'searching by words alone');
      return undefined;
    }
  }

  /** Embeds a memory that was written, soon. Returns at once. */
  add({ seq, workspace }: { seq: number; workspace: string }): void {
    this.#shelf(workspace).added.add(seq);
    this.#fill(workspace);
  }

  /** Resolves when nothing is being embedded. */
  async settled(): Promise<void> {
    await Promise.all([...this.#shelves.values()].map(({ filling }) => filling));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  #shelf(workspace: string): Shelf {
    const shelf = this.#shelves.get(workspace) ?? newShelf();
    this.#shelves.set(workspace, shelf);
    return shelf;
  }

  /** Unless that is going on, or failed a moment ago. */
  #fill(workspace: string): void {
    const shelf = this.#shelf(workspace);
    if (shelf.filling !== undefined || this.#stopping.signal.aborted || performance.now() < shelf.restUntil) return;
    const run = this.#run(workspace, shelf).catch((thrown: unknown) => {
      shelf.restUntil = performance.now() + REST_MS;
      shelf.scanned = undefined;
      this.#log.debug({ cause: messageOf(thrown) }, 'memories not embedded yet');
    });
    shelf.filling = run.finally(() => {
      shelf.filling = undefined;
    });
  }

  /** First all that have no vector of the model, newest first, once; then what was added since. */
  async #run(workspace: string, shelf: Shelf): Promise<void> {
    const model = await this.#embedder.model(workspace);
    if (model === undefined) return shelf.added.clear();
    const connection = await this.#sqlite.hot();
    const read = (where: string, parameters: Row) =>
      connection.read((sql) =>
        sql.all<Pending & Record<string, never>>(`${PENDING} ${where}`, { model, ...parameters }),
      );
    for (let below = Number.MAX_SAFE_INTEGER; shelf.scanned !== model; ) {
      const pending = read(BELOW, { workspace, below });
      await this.#embed(workspace, model, pending);
      below = pending.at(-1)?.seq ?? 0;
      if (pending.length < BATCH) shelf.scanned = model;
    }
    while (shelf.added.size > 0) {
      const seqs = [...shelf.added].slice(0, BATCH);
      await this.#embed(workspace, model, read(AMONG, { seqs: JSON.stringify(seqs) }));
      for (const seq of seqs) shelf.added.delete(seq);
    }
  }

  async #embed(workspace: string, model: string, pending: readonly Pending[]): Promise<void> {
    if (pending.length === 0) return;
    const texts = pending.map(({ summary, content }) => clip(`${summary}\n${readableText(content)}`, MAX_TEXT));
    const vectors = await withinTime(this.#stopping.signal, BATCH_TIMEOUT_MS, (signal) =>
      this.#embedder.embed(workspace, texts, signal),
    );
    if (vectors.length !== pending.length) throw new Error('not one vector for each text');
    const rows = pending.map(({ seq, version }, index) => {
      return { seq, version, model, vector: encodeVector(toUnitVector(vectors[index] ?? [])) };
    });
    const connection = await this.#sqlite.hot();
    await connection.write((sql) => {
      for (const row of rows) sql.run(KEEP, row);
    });
  }
}

/** What is known of the vectors of one workspace. */
interface Shelf {
  /** The model of which every memory has a vector, those in `added` apart. */
  scanned: string | undefined;
  added: Set<number>;
  filling: Promise<void> | undefined;
  /** On the clock of `performance.now()`. */
  restUntil: number;
}

function newShelf(): Shelf {
  return { scanned: undefined, added: new Set(), filling: undefined, restUntil: 0 };
}

const PENDING = `
  SELECT memory.seq, memory.version, summary, content
  FROM memory LEFT JOIN memory_vector
    ON memory_vector.seq = memory.seq AND memory_vector.model = :model AND memory_vector.version = memory.version
  WHERE superseded_by IS NULL AND memory_vector.seq IS NULL`;
const BELOW = `AND workspace = :workspace AND memory.seq < :below ORDER BY memory.seq DESC LIMIT ${BATCH}`;
const AMONG = 'AND memory.seq IN (SELECT value FROM json_each(:seqs))';
/** Unless the memory was deleted meanwhile. */
const KEEP = `
  INSERT OR REPLACE INTO memory_vector (seq, version, model, vector)
  SELECT seq, :version, :model, :vector FROM memory WHERE seq = :seq`;
