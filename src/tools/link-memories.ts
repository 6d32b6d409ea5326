import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { RELATIONSHIPS } from '../memory/memory.ts';
import type { MemoryStore } from '../memory/memory-store.ts';

const input = z.strictObject({
  from_memory_id: z.string().max(64).describe('The memory that the link starts from'),
  to_memory_id: z.string().max(64).describe('The memory that it leads to'),
  relationship_type: z.enum(RELATIONSHIPS).describe('What the first is to the second'),
  remove: z.boolean().default(false).describe('Take the link away'),
});

const output = z.object({
  success: z.boolean(),
  changed: z.boolean(),
  relationship: z.record(z.string(), z.string()),
});

export const linkMemories = defineTool({
  name: 'link_memories',
  title: 'Link two memories',
  description:
    'Links two memories, or takes a link away; get_memory with include links shows them. A link describes and changes no search: to take a ' +
    'wrong memory out of searches, use supersedes. Answers the relationship, and changed (false when it was so already).',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run({ remove, ...relationship }, { memory }: { memory: MemoryStore }, { caller }) {
    const link = {
      fromId: relationship.from_memory_id,
      toId: relationship.to_memory_id,
      relationship: relationship.relationship_type,
    };
    const changed = remove ? await memory.unlink(link, caller.workspace) : await memory.link(link, caller);
    return { success: true, changed, relationship };
  },
});
