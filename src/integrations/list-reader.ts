import * as z from 'zod';
import { boundJson } from '../core/bounded-json.ts';
import { deadlineIn } from '../core/deadline.ts';
import { AppError } from '../core/errors.ts';
import { MAX_DEADLINE_MS } from '../resilience/patience.ts';
import { anyFields } from './any-object.ts';
import type { IntegrationClient } from './integration-client.ts';
import type { Operation } from './operation.ts';
import type { ListPosition } from './page-cursor.ts';
import { decodeCursor, encodeCursor, listIdentity } from './page-cursor.ts';
import type { Page, Pagination } from './pagination.ts';
import { afterItem, itemsOf, nextPage } from './pagination.ts';
import { parseInput } from './request-builder.ts';
import { canonicalJson } from './request-row.ts';
import type { CallContext } from './sender.ts';

/** Pages of one answer; the cursor goes on from there. */
const MAX_PAGES = 100;
/** No page is begun after this, in milliseconds: clients give a call up after a minute. */
const PAGING_MS = 25_000;

export interface ListOptions {
  /** The most items. */
  limit: number;
  /** The most that the items may have together, in characters of JSON. */
  maxCharacters: number;
  cursor?: string | undefined;
  /** What is shown of an item. */
  pick(item: unknown): unknown;
}

export interface ReadAnswer {
  /** The answer of an operation that is no list. */
  data?: unknown;
  items?: unknown[];
  /** Set while there is more. */
  nextCursor?: string | undefined;
  /** Why the list ends early. */
  warning?: string | undefined;
  calls: number;
  requestId: string | undefined;
}

/** Reads an object, or a list page by page until it ends or a limit is reached; no item is lost or given twice. */
export class ListReader {
  readonly #client: Pick<IntegrationClient, 'read'>;

  constructor(client: Pick<IntegrationClient, 'read'>) {
    this.#client = client;
  }

  async read(
    operation: Operation,
    params: Readonly<Record<string, unknown>>,
    options: ListOptions,
    context: CallContext,
  ): Promise<ReadAnswer> {
    const input = parseInput(operation, params);
    const identity = listIdentity(context.integration, operation, input);
    const deadline = deadlineIn(MAX_DEADLINE_MS);
    const paging = deadlineIn(PAGING_MS);
    const reading = { operation, input, collector: new Collector(options), context };
    let position =
      options.cursor === undefined
        ? firstPosition(operation.pagination, input, options.limit)
        : decodeCursor(options.cursor, identity);
    for (let calls = 1; ; calls += 1) {
      const page = await this.#readPage(reading, position, deadline.remainingMs()).catch((thrown: unknown) =>
        failedPage(thrown, calls, position),
      );
      if ('data' in page) return { ...page, calls };
      const end = { items: reading.collector.items, calls, requestId: page.requestId, warning: page.warning };
      const { next } = page;
      if (next === undefined) return end;
      if (page.stops || reading.collector.isFull || calls === MAX_PAGES || paging.remainingMs() < 0) {
        return { ...end, nextCursor: encodeCursor(next, identity) };
      }
      context.progress(`${end.items.length} items read, page ${calls + 1} follows`);
      position = next;
    }
  }

  /** One page into the collector, and where the list goes on; or the whole answer where it is no list. */
  async #readPage(
    { operation, input, collector, context }: Reading,
    position: ListPosition,
    withinMs: number,
  ): Promise<PageEnd | { data: unknown; requestId: string | undefined }> {
    const { pagination } = operation;
    const fields = pageInput(operation, input, position);
    const answer = await this.#client.read(anyAnswer(operation), fields, { ...context, withinMs });
    const { data, headers = {}, requestId } = answer;
    const items = pagination === undefined ? undefined : itemsOf(pagination, data);
    if (pagination === undefined || items === undefined) return { data, requestId };
    const taken = collector.add(items, position.skip);
    const page: Page = { fields: position.fields, items, body: data, headers };
    if (taken < items.length) return { requestId, next: within(pagination, page, position, taken), stops: true };
    const next = nextPage(pagination, page);
    if (next === undefined) return { requestId };
    const isWhole = pagination.by === 'link' || pagination.by === 'url';
    if (isWhole === position.isWhole && canonicalJson(next) === canonicalJson(position.fields)) {
      return { requestId, warning: 'The service names the same page as its next one: the list was ended here.' };
    }
    return { requestId, next: { fields: next, isWhole, skip: 0 } };
  }
}

/** How a page ended. */
interface PageEnd {
  requestId: string | undefined;
  /** Where the list goes on; undefined at its end. */
  next?: ListPosition;
  /** True when nothing more may be read now. */
  stops?: boolean;
  warning?: string;
}

interface Reading {
  operation: Operation;
  input: Record<string, unknown>;
  collector: Collector;
  context: CallContext;
}

/** What was read before stays worth something: only the first page's failure is the call's. */
function failedPage(thrown: unknown, calls: number, next: ListPosition): PageEnd {
  if (calls === 1 || !(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown;
  const warning = `Page ${calls} failed (${thrown.code}): continue with next_cursor.`;
  return { next, stops: true, requestId: undefined, warning };
}

/** The items so far, and whether another one fits. */
class Collector {
  readonly items: unknown[] = [];
  readonly #options: ListOptions;
  #characters = 0;

  constructor(options: ListOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.items.length >= this.#options.limit;
  }

  /** Takes what fits of a page from `from` on, and answers up to which index. A list cannot stand still: the first item always fits. */
  add(page: readonly unknown[], from: number): number {
    const { maxCharacters, pick } = this.#options;
    for (let index = from; index < page.length; index += 1) {
      if (this.isFull) return index;
      const item = boundJson(pick(page[index]), maxCharacters);
      const characters = (JSON.stringify(item) ?? 'null').length + 1;
      if (this.items.length > 0 && this.#characters + characters > maxCharacters) return index;
      this.#characters += characters;
      this.items.push(item);
    }
    return page.length;
  }
}

/** Where to go on after `taken` items of a page of which there are more. */
function within(pagination: Pagination, page: Page, position: ListPosition, taken: number): ListPosition {
  const exact = taken === 0 ? undefined : afterItem(pagination, page, taken - 1);
  return exact === undefined ? { ...position, skip: taken } : { fields: exact, isWhole: false, skip: 0 };
}

/** Says how large the pages are, unless the caller does. */
function firstPosition(
  pagination: Pagination | undefined,
  input: Record<string, unknown>,
  limit: number,
): ListPosition {
  const size = pagination?.size;
  const isChosen = size === undefined || input[size.param] !== undefined;
  return { fields: isChosen ? {} : { [size.param]: Math.min(size.max, limit) }, isWhole: false, skip: 0 };
}

/** Whatever a service or a cursor says, the path and the headers stay those of the caller. */
function pageInput(
  { path, places = {} }: Operation,
  input: Record<string, unknown>,
  { fields, isWhole }: ListPosition,
): Record<string, unknown> {
  const isFixed = (name: string) =>
    path.includes(`{${name}}`) || (Object.hasOwn(places, name) && places[name]?.in === 'header');
  const kept = Object.fromEntries(Object.entries(input).filter(([name]) => isFixed(name)));
  return { ...(isWhole ? {} : input), ...fields, ...kept };
}

/** The operation with its input already checked, and its answer whole. */
function anyAnswer({ staleMs: _staleMs, ...operation }: Operation): Operation {
  return { ...operation, input: anyFields, output: z.unknown() };
}
