import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { defineTool } from '../core/tool.ts';
import type { MemoryChanges } from '../memory/memory.ts';
import { CONTEXT_TYPES } from '../memory/memory.ts';
import type { MemoryStore, UpdateResult } from '../memory/memory-store.ts';
import { storeFields } from './store-memory.ts';

const { content, category, tags, importance, summary, session_id, ttl_seconds, supersedes } = storeFields;

const input = z.strictObject({
  memory_id: z.string().max(64).describe('The memory to change'),
  content: content.optional().describe('New text'),
  context_type: z.enum(CONTEXT_TYPES).optional().describe('New kind'),
  category: category.optional().describe('"" removes it'),
  tags: tags.optional().describe('Replace all tags'),
  importance: importance.optional().describe('1 to 10'),
  summary: summary.optional().describe('"": the beginning'),
  session_id: session_id.optional().describe('"" removes it'),
  ttl_seconds: ttl_seconds.nullable().optional().describe('From now; null: for ever'),
  is_global: z.boolean().optional().describe('For every workspace'),
  supersedes: supersedes.optional().describe('What this corrects'),
  restore_version: z.int().min(1).optional().describe('Back to this version; alone'),
});
type Input = z.output<typeof input>;

const output = z.object({
  success: z.boolean(),
  memory_id: z.string(),
  updated_at: z.int(),
  version: z.int(),
  changed: z.boolean(),
  redacted: z.array(z.string()).optional(),
});

export const updateMemory = defineTool({
  name: 'update_memory',
  title: 'Update a memory',
  description:
    'Changes the given fields of a memory, or restores an earlier version; the old one is kept (get_memory, include versions). Answers ' +
    'version, updated_at (ms), changed (false when it said so already).',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  acceptsSecrets: true,
  input,
  output,
  async run(args, { memory }: { memory: MemoryStore }, { caller }) {
    const { memory_id: id, restore_version: version, ...fields } = args;
    const changes = toChanges(fields);
    refuseContradiction(changes, version);
    const updated = version === undefined ? memory.update(id, changes, caller) : memory.restore(id, version, caller);
    return describeUpdate(await updated);
  },
});

function toChanges(fields: Omit<Input, 'memory_id' | 'restore_version'>): MemoryChanges {
  const { context_type, session_id, is_global, ttl_seconds, importance, ...same } = fields;
  return {
    ...same,
    contextType: context_type,
    sessionId: session_id,
    isGlobal: is_global,
    importance: importance === undefined ? undefined : Math.round(importance),
    ttlSeconds: typeof ttl_seconds === 'number' ? Math.ceil(ttl_seconds) : ttl_seconds,
  };
}

function refuseContradiction(changes: MemoryChanges, version: number | undefined): void {
  const hasChanges = Object.values(changes).some((value) => value !== undefined);
  if (hasChanges !== (version !== undefined)) return;
  throw new AppError(
    'invalid_input',
    hasChanges ? 'restore_version goes with no other field.' : 'There is nothing to change.',
    { hint: 'Give the fields to change, or restore_version alone. Nothing was changed.' },
  );
}

function describeUpdate({ memory, isChanged, redacted }: UpdateResult): z.input<typeof output> {
  return {
    success: true,
    memory_id: memory.id,
    updated_at: memory.updatedAt ?? memory.createdAt,
    version: memory.version,
    changed: isChanged,
    redacted: redacted.length > 0 ? redacted : undefined,
  };
}
