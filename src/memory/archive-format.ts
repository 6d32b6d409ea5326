import * as z from 'zod';
import { CONTEXT_TYPES, RELATIONSHIPS } from './memory.ts';
import type { ArchiveRecord } from './memory-archive.ts';
import { MAX_VERSIONS } from './memory-store.ts';

const time = z.int().min(0);
const id = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);
const text = {
  content: z.string().min(1),
  summary: z.string().max(4000),
  context_type: z.enum(CONTEXT_TYPES),
  category: z.string().max(1000).optional(),
  tags: z.array(z.string().max(1000)).max(1000),
  importance: z.int().min(1).max(10),
  agent: z.string().max(1000),
  session_id: z.string().max(1000).optional(),
  is_global: z.boolean(),
  version: z.int().min(1),
};

const memoryLine = z.object({
  type: z.literal('memory'),
  memory_id: id,
  ...text,
  workspace: z.string().max(4096),
  created_at: time,
  stored_at: time,
  times_stored: z.int().min(1),
  expires_at: time.optional(),
  superseded_by: id.optional(),
  updated_at: time.optional(),
  versions: z
    .array(z.object({ ...text, saved_at: time }))
    .max(MAX_VERSIONS)
    .default([]),
});

const linkLine = z.object({
  type: z.literal('link'),
  from_memory_id: id,
  to_memory_id: id,
  relationship_type: z.enum(RELATIONSHIPS),
  agent: z.string().max(1000),
  created_at: time,
});

/** A line of an export of ours. */
export const archiveLine = z.discriminatedUnion('type', [memoryLine, linkLine]);
type ArchiveLine = z.output<typeof archiveLine>;

/** One line of JSON without its line end. */
export function formatRecord(record: ArchiveRecord): string {
  return JSON.stringify('memory' in record ? formatMemory(record.memory) : formatLink(record.link));
}

type MemoryRecord = Extract<ArchiveRecord, { memory: unknown }>['memory'];
type LinkRecord = Extract<ArchiveRecord, { link: unknown }>['link'];

function formatMemory(memory: MemoryRecord): z.input<typeof memoryLine> {
  return {
    type: 'memory',
    memory_id: memory.id,
    ...formatText(memory),
    workspace: memory.workspace,
    created_at: memory.createdAt,
    stored_at: memory.storedAt,
    times_stored: memory.timesStored,
    expires_at: memory.expiresAt,
    superseded_by: memory.supersededBy,
    updated_at: memory.updatedAt,
    versions: memory.versions.map((old) => ({ ...formatText(old), saved_at: old.savedAt })),
  };
}

function formatText(entry: MemoryRecord | MemoryRecord['versions'][number]) {
  return {
    content: entry.content,
    summary: entry.summary,
    context_type: entry.contextType,
    category: entry.category,
    tags: entry.tags,
    importance: entry.importance,
    agent: entry.agent,
    session_id: entry.sessionId,
    is_global: entry.isGlobal,
    version: entry.version,
  };
}

function formatLink({ fromId, toId, relationship, agent, createdAt }: LinkRecord): z.input<typeof linkLine> {
  return {
    type: 'link',
    from_memory_id: fromId,
    to_memory_id: toId,
    relationship_type: relationship,
    agent,
    created_at: createdAt,
  };
}

export function toRecord(line: ArchiveLine): ArchiveRecord {
  if (line.type === 'link') {
    const { from_memory_id: fromId, to_memory_id: toId, relationship_type: relationship } = line;
    return { link: { fromId, toId, relationship, agent: line.agent, createdAt: line.created_at } };
  }
  const memory = {
    id: line.memory_id,
    ...parseText(line),
    workspace: line.workspace,
    createdAt: line.created_at,
    storedAt: line.stored_at,
    timesStored: line.times_stored,
    expiresAt: line.expires_at,
    supersededBy: line.superseded_by,
    updatedAt: line.updated_at,
    versions: line.versions.map((old) => ({ ...parseText(old), savedAt: old.saved_at })),
  };
  return { memory };
}

function parseText(line: Omit<z.output<typeof memoryLine>['versions'][number], 'saved_at'>) {
  return {
    content: line.content,
    summary: line.summary,
    contextType: line.context_type,
    category: line.category,
    tags: line.tags,
    importance: line.importance,
    agent: line.agent,
    sessionId: line.session_id,
    isGlobal: line.is_global,
    version: line.version,
  };
}
