import type { Resource } from '../core/resource.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { DATA_NOTE, describeMemory, memoryVersion } from '../views/memory-view.ts';

const URI = 'memory://recent';
const LIMIT = 50;

export const recentMemoriesResource: Resource<{ memory: MemoryStore }> = {
  name: 'recent_memories',
  title: 'Recent memories',
  description: `The ${LIMIT} memories of this workspace that were stored last, global ones included, as summaries`,
  uriTemplate: URI,
  list() {
    return Promise.resolve([{ uri: URI, name: 'recent', title: 'Recent memories' }]);
  },
  async version(_variable, { memory }, { workspace }) {
    const memories = await memory.recent(workspace, LIMIT);
    return memories.map((entry) => `${entry.id} ${memoryVersion(entry)}`).join('\n');
  },
  async read(_variable, { memory }, { workspace }) {
    const memories = await memory.recent(workspace, LIMIT);
    return { note: DATA_NOTE, count: memories.length, memories: memories.map(describeMemory) };
  },
};
