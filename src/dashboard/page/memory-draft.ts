import type { describeWhole } from '../../views/whole-memory-view.ts';

export type WholeMemory = Omit<ReturnType<typeof describeWhole>, 'note'>;

/** A memory as it stands in the form. */
export interface Draft {
  summary: string;
  content: string;
  context_type: string;
  importance: number;
  category: string;
  /** One on each line: a tag may hold any other character. */
  tags: string;
}

type Editable = Pick<WholeMemory, 'summary' | 'content' | 'context_type' | 'importance' | 'category' | 'tags'>;

export function draftOf({ summary, content, context_type, importance, category = '', tags }: Editable): Draft {
  return { summary, content, context_type, importance, category, tags: tags.map(lineOf).join('\n') };
}

/** What `update_memory` takes. Only what differs: the rest stays as others may have made it. */
export function changesOf(memory: Editable, after: Draft): object {
  const { tags: _, ...before } = draftOf(memory);
  const { tags, ...same } = after;
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(same).filter(([name, value]) => old.get(name) !== value);
  const list = tagsOf(tags, memory.tags);
  const isSame = list.length === memory.tags.length && list.every((tag, index) => tag === memory.tags[index]);
  return { ...Object.fromEntries(changed), ...(isSame ? {} : { tags: list }) };
}

function tagsOf(text: string, before: readonly string[]): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  // A tag that was there stays as it was, a line break in it too.
  return lines.map((line) => before.find((tag) => lineOf(tag) === line) ?? line);
}

function lineOf(tag: string): string {
  return tag.replace(/[\r\n]+/g, ' ').trim();
}
