import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { CONTEXT_TYPES } from '../memory/memory.ts';
import type { MemoryStore } from '../memory/memory-store.ts';

const CENTURY_S = 3_155_760_000;

/** What the fields of a memory may be, for the tools that write one. */
export const storeFields = {
  content: z.string().min(1),
  category: z.string().max(100),
  tags: z.array(z.string().max(100)).max(50),
  importance: z.number().min(1).max(10),
  summary: z.string().max(1000),
  session_id: z.string().max(200),
  ttl_seconds: z.number().min(60).max(CENTURY_S),
  supersedes: z.string().max(64),
} as const;
const { content, category, tags, importance, summary, session_id, ttl_seconds, supersedes } = storeFields;

const input = z.strictObject({
  content: content.describe(
    'What to remember: text, or JSON text (its keys and values become searchable); at most 64 KB',
  ),
  context_type: z.enum(CONTEXT_TYPES).default('information').describe('Kind of memory'),
  category: category.optional().describe('One topic to filter by, e.g. backend'),
  tags: tags.default([]).describe('Labels to filter by'),
  importance: importance.default(5).describe('1 (low) to 10 (critical)'),
  summary: summary.optional().describe('One line for listings (default: the first 100 characters)'),
  session_id: session_id.optional().describe('Session that it belongs to'),
  ttl_seconds: ttl_seconds.optional().describe('Forget it after this time'),
  is_global: z.boolean().default(false).describe('Visible in every workspace'),
  supersedes: supersedes.optional().describe('memory_id that this corrects: searches stop finding that one'),
});

const output = z.object({
  success: z.boolean(),
  memory_id: z.string(),
  timestamp: z.int(),
  summary: z.string(),
  duplicate_of: z.string().optional(),
  times_stored: z.int().optional(),
  redacted: z.array(z.string()).optional(),
});

export const storeMemory = defineTool({
  name: 'store_memory',
  title: 'Store a memory',
  description:
    'Keeps a decision, status or lesson for every agent of this workspace, now and in later sessions. Call it after you decide, configure ' +
    'or learn something. Secrets in it are masked before they are written. Answers memory_id, timestamp (ms) and summary; duplicate_of ' +
    'when a memory said the same already (that one is refreshed, none added), redacted with the kinds of secrets masked.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  acceptsSecrets: true,
  input,
  output,
  async run(args, { memory }: { memory: MemoryStore }, { caller }) {
    const stored = await memory.store(
      {
        content: args.content,
        contextType: args.context_type,
        category: args.category,
        tags: args.tags,
        importance: Math.round(args.importance),
        summary: args.summary,
        ttlSeconds: args.ttl_seconds === undefined ? undefined : Math.ceil(args.ttl_seconds),
        isGlobal: args.is_global,
        supersedes: args.supersedes,
      },
      { ...caller, sessionId: args.session_id || caller.sessionId },
    );
    const isDuplicate = stored.duplicateOf !== undefined;
    return {
      success: true,
      memory_id: stored.memory.id,
      timestamp: stored.memory.storedAt,
      summary: stored.memory.summary,
      duplicate_of: stored.duplicateOf,
      times_stored: isDuplicate ? stored.memory.timesStored : undefined,
      redacted: stored.redacted.length > 0 ? stored.redacted : undefined,
    };
  },
});
