import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Memory, MemoryVersion, StoredLink } from '../memory/memory.ts';
import { clip } from '../memory/plain-text.ts';
import { DATA_NOTE, describeMemory } from './memory-view.ts';

/** Of the whole answer as JSON, less a little for what masking may add. */
const MAX_CHARACTERS = 39_000;
/** Earlier versions and links together get this much of it, and of an earlier text this much is shown. */
const MAX_HISTORY = 15_000;
const MAX_OLD_TEXT = 1000;

/** One memory with everything that is known of it, of which the schema names the chief part; times in milliseconds. */
export const wholeMemoryView = z.looseObject({
  memory_id: z.string(),
  content: z.string(),
  version: z.int(),
  agent: z.string(),
  workspace: z.string(),
  timestamp: z.int(),
  superseded_by: z.string().optional(),
  versions: z.array(z.unknown()).optional(),
  links: z.array(z.unknown()).optional(),
  truncated: z.boolean().optional(),
  next_cursor: z.string().optional(),
});

export function describeWhole(memory: Memory) {
  return {
    note: DATA_NOTE,
    ...describeMemory(memory),
    content: memory.content,
    session_id: memory.sessionId,
    is_global: memory.isGlobal,
    version: memory.version,
    created_at: memory.createdAt,
    updated_at: memory.updatedAt,
    times_stored: memory.timesStored,
    expires_at: memory.expiresAt,
    superseded_by: memory.supersededBy,
  };
}

export interface Included {
  versions?: readonly MemoryVersion[] | undefined;
  links?: readonly StoredLink[] | undefined;
}

/** As much of the memory as one answer holds; `next_cursor` leads to the rest of the content. */
export function buildMemoryAnswer(
  memory: Memory,
  { versions, links }: Included,
  cursor: string | undefined,
): z.input<typeof wholeMemoryView> {
  const fitting = fitter(MAX_HISTORY);
  const shown = {
    links: links?.map(describeLink).filter(fitting),
    versions: versions?.map(describeVersion).filter(fitting),
  };
  const isCut = shown.links?.length !== links?.length || shown.versions?.length !== versions?.length;
  const start = cursor === undefined ? 0 : parseCursor(cursor, memory);
  const frame = { ...describeWhole({ ...memory, content: '' }), ...shown };
  const content = clipJson(memory.content.slice(start), MAX_CHARACTERS - JSON.stringify(frame).length);
  const end = start + content.length;
  const hasMore = end < memory.content.length;
  return {
    ...frame,
    content,
    truncated: isCut || hasMore || undefined,
    next_cursor: hasMore ? `${memory.version}.${end}` : undefined,
  };
}

/** A filter that lets pass what fits the budget together, from the first on. */
function fitter(budget: number): (value: unknown) => boolean {
  let left = budget;
  return (value) => {
    left -= JSON.stringify(value).length + 1;
    return left >= 0;
  };
}

function describeVersion(old: MemoryVersion) {
  const content = clip(old.content, MAX_OLD_TEXT);
  return {
    version: old.version,
    agent: old.agent,
    timestamp: old.savedAt,
    summary: old.summary,
    content: content === old.content ? content : `${content}…`,
  };
}

function describeLink(link: StoredLink) {
  return {
    from_memory_id: link.fromId,
    to_memory_id: link.toId,
    relationship_type: link.relationship,
    agent: link.agent,
    timestamp: link.createdAt,
  };
}

/** The beginning of a text that needs at most `budget` characters as JSON. */
function clipJson(text: string, budget: number): string {
  let part = text;
  for (let size = jsonLength(part); size > budget; size = jsonLength(part)) {
    part = clip(part, Math.floor((part.length * budget) / size));
  }
  return part;
}

function jsonLength(text: string): number {
  return JSON.stringify(text).length;
}

/** An offset into the content of one version: after an update it would lead astray. */
function parseCursor(cursor: string, { version, content }: Memory): number {
  const [, of, start] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (Number(of) === version && Number(start) < content.length) return Number(start);
  throw new AppError('invalid_input', 'The cursor does not belong to the present text of this memory.', {
    hint: 'Read the memory again from the start, without a cursor.',
  });
}
