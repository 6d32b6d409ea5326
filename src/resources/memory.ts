import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { clip } from '../memory/plain-text.ts';
import { memoryVersion } from '../views/memory-view.ts';
import { describeWhole } from '../views/whole-memory-view.ts';

const LISTED = 25;
const TITLE_LENGTH = 80;

export const memoryResource: Resource<{ memory: MemoryStore }> = {
  name: 'memory',
  title: 'Memory',
  description: 'One memory whole: content, labels, origin, and what superseded it',
  uriTemplate: 'memory://{id}',
  async list({ memory }, { workspace }) {
    const memories = await memory.recent(workspace, LISTED);
    return memories.map((entry) => ({
      uri: `memory://${entry.id}`,
      name: entry.id,
      title: clip(entry.summary.replaceAll(/\s+/g, ' '), TITLE_LENGTH),
      description: `${entry.contextType} by ${entry.agent}`,
    }));
  },
  async version(id, { memory }) {
    const found = await memory.get(id);
    return found === undefined ? '' : memoryVersion(found);
  },
  async read(id, { memory }) {
    const found = await memory.get(id);
    if (found !== undefined) return describeWhole(found);
    throw new AppError('not_found', 'There is no such memory, or it has expired.', {
      hint: 'Take memory_id from the results of search_memories.',
    });
  },
};
