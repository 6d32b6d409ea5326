import type { Scene } from './scene.ts';
import { callRight } from './scene.ts';
import { VersionedText } from './versioned-text.ts';

export async function remember(scene: Scene): Promise<void> {
  const name = scene.unique('memory');
  const content = `${name}: decided by ${scene.server.name} that ${name} goes first`;
  const answer = await callRight(scene, 'store_memory', { content, tags: ['soak'], category: 'soak' });
  if (answer?.isError === false) scene.facts.memories.set(String(answer.body['memory_id']), new VersionedText(content));
}

function someMemory({ facts, random }: Scene): string | undefined {
  return random.pick([...facts.memories.keys()].slice(-300));
}

export async function correct(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  const texts = scene.facts.memories.get(id ?? '');
  if (id === undefined || texts === undefined) return;
  const content = `${scene.unique('correction')} is what holds`;
  const acknowledge = texts.begin(content);
  const answer = await callRight(scene, 'update_memory', { memory_id: id, content });
  if (answer?.isError === false) acknowledge();
}

export async function forget(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  if (id === undefined || !scene.random.chance(0.3)) return;
  scene.facts.deleted.set(id, 'perhaps');
  const answer = await callRight(scene, 'delete_memory', { memory_id: id });
  if (answer?.isError === false) scene.facts.deleted.set(id, 'yes');
}

export async function showMemory(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  if (id !== undefined) await callRight(scene, 'get_memory', { memory_id: id, include: ['versions', 'links'] });
}

export async function link(scene: Scene): Promise<void> {
  const [from_memory_id, to_memory_id] = [someMemory(scene), someMemory(scene)];
  if (from_memory_id === undefined || to_memory_id === undefined || from_memory_id === to_memory_id) return;
  await callRight(scene, 'link_memories', { from_memory_id, to_memory_id, relationship_type: 'relates_to' });
}
