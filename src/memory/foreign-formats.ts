import { createHash } from 'node:crypto';
import * as z from 'zod';
import { derivedUlid, isUlid } from '../core/ulid.ts';
import type { Memory } from './memory.ts';
import { CONTEXT_TYPES } from './memory.ts';
import type { ArchiveRecord } from './memory-archive.ts';
import { defaultSummary } from './memory-index.ts';

/** What the programs that others' exports come from do not say. */
export interface ImportDefaults {
  workspace: string;
  nowMs: number;
}

const importance = z.number().transform((value) => Math.min(10, Math.max(1, Math.round(value))));

/** A memory in the export of the memory server `recall`. Fields that are missing or wrong take its documented defaults. */
export const recallMemory = z.object({
  id: z.string().min(1).max(200),
  content: z.string().min(1),
  summary: z.string().nullish().catch(undefined),
  context_type: z.enum(CONTEXT_TYPES).catch('information'),
  category: z.string().nullish().catch(undefined),
  tags: z.array(z.string()).catch([]),
  importance: importance.catch(5),
  timestamp: z.int().min(0).optional().catch(undefined),
  session_id: z.string().nullish().catch(undefined),
  is_global: z.boolean().catch(false),
  ttl_seconds: z.number().positive().nullish().catch(undefined),
});
export const recallExport = z.object({ memories: z.array(z.unknown()) });

export function fromRecall(entry: z.output<typeof recallMemory>, defaults: ImportDefaults): ArchiveRecord {
  const storedAt = entry.timestamp ?? defaults.nowMs;
  const lifeMs = (entry.ttl_seconds ?? 0) * 1000;
  return memoryRecord({
    id: isUlid(entry.id) ? entry.id : derivedUlid(digest('recall', entry.id)),
    content: entry.content,
    summary: entry.summary?.trim() || defaultSummary(entry.content),
    contextType: entry.context_type,
    category: entry.category ?? undefined,
    tags: entry.tags,
    importance: entry.importance,
    workspace: defaults.workspace,
    isGlobal: entry.is_global,
    agent: 'recall',
    sessionId: entry.session_id ?? undefined,
    createdAt: storedAt,
    expiresAt: lifeMs > 0 ? storedAt + lifeMs : undefined,
  });
}

/** A line in the file of the official `server-memory`: https://github.com/modelcontextprotocol/servers/tree/main/src/memory */
export const graphLine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('entity'),
    name: z.string().min(1),
    entityType: z.string(),
    observations: z.array(z.string()),
  }),
  z.object({
    type: z.literal('relation'),
    from: z.string().min(1),
    to: z.string().min(1),
    relationType: z.string().min(1),
  }),
]);

/** An entity becomes a memory of its observations, a relation one of its own: their types are free text, links have seven kinds. */
export function fromGraph(line: z.output<typeof graphLine>, { workspace, nowMs }: ImportDefaults): ArchiveRecord {
  const isEntity = line.type === 'entity';
  const content = isEntity
    ? [`${line.name} (${line.entityType})`, ...line.observations].join('\n')
    : `${line.from} ${line.relationType} ${line.to}`;
  return memoryRecord({
    // The same line is the same memory: an import that is repeated adds nothing.
    id: derivedUlid(digest('server-memory', workspace, line.type, content)),
    content,
    summary: isEntity ? `${line.name} (${line.entityType})` : content,
    contextType: 'information',
    category: isEntity ? line.entityType : undefined,
    tags: isEntity ? [line.name] : [line.from, line.to],
    importance: 5,
    workspace,
    isGlobal: false,
    agent: 'server-memory',
    sessionId: undefined,
    createdAt: nowMs,
    expiresAt: undefined,
  });
}

type KnownFields = Omit<Memory, 'storedAt' | 'timesStored' | 'supersededBy' | 'version' | 'updatedAt'>;

function memoryRecord(known: KnownFields): ArchiveRecord {
  const rest = { timesStored: 1, supersededBy: undefined, version: 1, updatedAt: undefined, versions: [] };
  return { memory: { ...known, ...rest, storedAt: known.createdAt } };
}

function digest(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
