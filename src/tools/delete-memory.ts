import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { defineTool } from '../core/tool.ts';
import { CONTEXT_TYPES } from '../memory/memory.ts';
import type { DeleteResult, MemoryStore } from '../memory/memory-store.ts';
import { MAX_DELETED } from '../memory/memory-store.ts';
import { clip } from '../memory/plain-text.ts';
import { parseTime } from './search-memories.ts';

/** A blank condition would fit everything. */
const label = z.string().regex(/\S/);

const filter = z.strictObject({
  category: label.optional(),
  tags: z.array(label).min(1).max(50).optional(),
  context_types: z.array(z.enum(CONTEXT_TYPES)).min(1).optional(),
  session_id: label.optional(),
  agent: label.optional(),
  until: z.union([z.number(), z.string()]).optional(),
});

const input = z.strictObject({
  memory_id: z.string().max(64).optional().describe('The memory to delete'),
  filter: filter
    .optional()
    .describe('Instead of memory_id: those of this workspace that fit every field; until as in search_memories'),
  dry_run: z.boolean().default(false).describe('Only show what would go'),
});

const output = z.object({
  success: z.boolean(),
  memory_id: z.string().optional(),
  deleted_at: z.int().optional(),
  count: z.int(),
  memories: z.array(z.looseObject({ memory_id: z.string() })),
  remaining: z.int(),
});

/** Most memories named in an answer, and the length of their summaries there. */
const MAX_NAMED = 100;
const SUMMARY_LENGTH = 120;

export const deleteMemory = defineTool({
  name: 'delete_memory',
  title: 'Delete memories',
  description:
    'Deletes for good a memory, or all of this workspace that fit a filter (global ones only by memory_id), with versions and links. ' +
    `To correct one, use update_memory. Answers count, the first ${MAX_NAMED} as memories[], remaining: at most ${MAX_DELETED} go per call.`,
  effect: 'destroy',
  idempotent: true,
  openWorld: false,
  acceptsSecrets: true,
  input,
  output,
  async run({ memory_id: id, filter: given, dry_run: dryRun }, { memory }: { memory: MemoryStore }, { caller }) {
    const { workspace } = caller;
    if (id !== undefined && given === undefined) {
      return { ...report(await memory.delete(id, workspace, dryRun)), memory_id: id };
    }
    if (id !== undefined || given === undefined) throw unclear();
    const { context_types, session_id, until, ...same } = given;
    const conditions = {
      ...same,
      contextTypes: context_types,
      sessionId: session_id,
      until: parseTime('until', until),
    };
    return report(await memory.deleteAll(conditions, workspace, dryRun));
  },
});

function report({ memories, remaining, deletedAt }: DeleteResult) {
  return {
    success: true,
    deleted_at: deletedAt,
    count: memories.length,
    memories: memories
      .slice(0, MAX_NAMED)
      .map(({ id, summary }) => ({ memory_id: id, summary: clip(summary, SUMMARY_LENGTH) })),
    remaining,
  };
}

function unclear(): AppError {
  return new AppError('invalid_input', 'Give either memory_id or filter.', {
    hint: 'Name one memory, or what the memories to delete have in common. Nothing was deleted.',
  });
}
