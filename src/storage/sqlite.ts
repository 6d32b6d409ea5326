import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { backUp, restoreIfDamaged } from './backup.ts';
import type { FileKeeper } from './connection.ts';
import { Connection } from './connection.ts';
import { isEmptied } from './new-file.ts';
import type { FileOptions, OpenFile } from './open-file.ts';
import { openFile } from './open-file.ts';
import { FileChanged, isDamaged, isLocked, isReadOnly, restoredError, toStorageError } from './storage-error.ts';

const OPEN_DEADLINE_MS = 10_000;
/** Whoever asks so soon after an opening that waited in vain for a lock tries once. */
const LOCKED_FOR_MS = 1_000;
/** How often a reader's file is compared with the one at the path; writers do so at each commit. */
const LOOK_EVERY_MS = 1_000;

export interface SqliteOptions extends FileOptions {
  /** Told when the file was deleted or replaced while it was open. */
  onReplaced?: () => void;
  /** Told when the file was damaged and its backup took its place. */
  onRestored?: (explanation: AppError) => void;
}

/** Whoever asks next opens the file. Until then `before` stays open, for what is being read. */
interface Due {
  is: 'due';
  before?: OpenFile | undefined;
  /** SQLite has found damage: the file is looked at before it is opened. */
  isSuspect: boolean;
  lockedAt?: number | undefined;
}

interface Open {
  is: 'open';
  file: OpenFile;
  lookedAt: number;
  /** Known faults with which it is used all the same: it may not be written, or is damaged and has no backup. */
  fault: 'read_only' | 'damaged' | undefined;
}

type State = Due | { is: 'opening'; done: Promise<void> } | Open | { is: 'closed' };

/**
 * The one database file, opened at first use, for two connections: `hot` survives the death of the process (breakers, limiter, memories),
 * `ledger` also survives a power cut (requests, events, payments). A failed opening is tried again at the next call, and a file that is
 * of no more use (replaced, damaged, migrated by a newer version, writable again) is closed and opened anew, so that nothing that is
 * repaired needs a restart.
 */
export class Sqlite {
  readonly #options: SqliteOptions;
  readonly #hot: Connection;
  readonly #ledger: Connection;
  #state: State = { is: 'due', isSuspect: false };
  #closing: Promise<void> | undefined;

  constructor(options: SqliteOptions) {
    this.#options = options;
    const keeper: FileKeeper = {
      open: () => this.#open(),
      begun: (handle) => {
        if (this.#state.is === 'open' && handle.hasOtherSchema()) this.#drop(this.#state);
        if (this.#state.is !== 'open') throw new FileChanged();
      },
      committed: ({ db }) => {
        const state = this.#state;
        if (state.is !== 'open' || this.#wasReplaced(state)) throw new FileChanged();
        state.file.committed(db);
      },
      explain: (thrown) => this.#explain(thrown),
    };
    this.#hot = new Connection(keeper);
    this.#ledger = new Connection(keeper);
  }

  hot(): Promise<Connection> {
    return this.#whenOpen(this.#hot);
  }

  ledger(): Promise<Connection> {
    return this.#whenOpen(this.#ledger);
  }

  /** Copies the file beside itself, unless that was done within `maxAgeMs`; damaged files are not copied. */
  async backUp(maxAgeMs: number): Promise<boolean> {
    await this.#openForCaller();
    const { path, clock = systemClock } = this.#options;
    return backUp(path, maxAgeMs, clock.now());
  }

  /** Waits for queued writes, then closes. Later calls fail with `unavailable`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#hot.settled(), this.#ledger.settled()]);
    if (this.#state.is === 'opening') await this.#state.done.catch(() => {});
    const state = this.#state;
    this.#state = { is: 'closed' };
    if (state.is === 'open') await this.#shut(state.file);
    if (state.is === 'due') await this.#shut(state.before);
  }

  async #whenOpen(connection: Connection): Promise<Connection> {
    const opening = this.#openForCaller();
    // Not awaited where it is open: this is on the path of every call.
    if (opening !== undefined) await opening;
    return connection;
  }

  #openForCaller(): Promise<void> | undefined {
    if (this.#closing !== undefined) throw leaving();
    return this.#open();
  }

  #open(): Promise<void> | undefined {
    if (this.#state.is === 'open') this.#look(this.#state);
    const state = this.#state;
    if (state.is === 'closed') throw leaving();
    if (state.is === 'opening') return state.done;
    if (state.is === 'open') return undefined;
    const done = this.#openAnew(state);
    this.#state = { is: 'opening', done };
    return done;
  }

  async #openAnew({ before, isSuspect, lockedAt = Number.NEGATIVE_INFINITY }: Due): Promise<void> {
    try {
      // What was handed a connection in this turn still reads from the former file.
      await nextTurn();
      await this.#shut(before);
      const now = performance.now();
      const isBeyondRepair = isSuspect && (await this.#restore()) === 'no_backup';
      const file = await this.#openFile(now - lockedAt < LOCKED_FOR_MS ? now : now + OPEN_DEADLINE_MS);
      this.#hot.attach(file.hot);
      this.#ledger.attach(file.ledger);
      this.#state = { is: 'open', file, lookedAt: now, fault: isBeyondRepair ? 'damaged' : undefined };
    } catch (thrown) {
      this.#state = { is: 'due', isSuspect, lockedAt: isLocked(thrown) ? performance.now() : undefined };
      throw toStorageError(thrown, this.#options.path);
    }
  }

  async #openFile(deadline: number): Promise<OpenFile> {
    try {
      if (isEmptied(this.#options.path)) await this.#restore();
      return await openFile(this.#options, deadline);
    } catch (thrown) {
      if (isDamaged(thrown)) await this.#restore();
      throw thrown;
    }
  }

  /** Throws when the backup took the place of a damaged file, so that one call tells what is gone. */
  async #restore(): Promise<'sound' | 'no_backup'> {
    const { path, clock = systemClock, onRestored } = this.#options;
    const restored = await restoreIfDamaged(path, clock.now());
    if (typeof restored === 'string') return restored;
    const explanation = restoredError(path, restored);
    onRestored?.(explanation);
    throw explanation;
  }

  async #shut(file: OpenFile | undefined): Promise<void> {
    this.#hot.attach(undefined);
    this.#ledger.attach(undefined);
    await file?.close();
  }

  #look(state: Open): void {
    const now = performance.now();
    if (now - state.lookedAt >= LOOK_EVERY_MS) {
      state.lookedAt = now;
      if (this.#wasReplaced(state)) return;
      if (state.file.hasOtherSchema()) this.#drop(state);
    }
    if (state.fault === 'read_only' && state.file.isWritable()) this.#drop(state);
  }

  /** A file that was deleted or replaced would take writes that nobody can ever read: the one at the path is opened. */
  #wasReplaced(state: Open): boolean {
    if (state.file.isInPlace()) return false;
    this.#drop(state);
    this.#options.onReplaced?.();
    return true;
  }

  #explain(thrown: unknown): unknown {
    const state = this.#state;
    if (state.is === 'open' && isReadOnly(thrown)) state.fault ??= 'read_only';
    if (state.is === 'open' && isDamaged(thrown) && state.fault !== 'damaged') this.#drop(state, true);
    return toStorageError(thrown, this.#options.path);
  }

  #drop({ file }: Open, isSuspect = false): void {
    this.#state = { is: 'due', before: file, isSuspect };
  }
}

function leaving(): AppError {
  return new AppError('unavailable', 'The server is shutting down.');
}
