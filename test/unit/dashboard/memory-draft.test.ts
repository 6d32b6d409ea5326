import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, draftOf } from '../../../src/dashboard/page/memory-draft.ts';

const memory = (tags: string[]) => ({
  summary: 'Keys',
  content: 'Test keys only.',
  context_type: 'decision' as const,
  importance: 5,
  category: undefined,
  tags,
});

/** As they are stored: trimmed, none empty, none twice. */
const storedTags = fc
  .array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 5 })
  .map((tags) => [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))]);

describe('an edited memory', () => {
  it('keeps the tags that were there when one is added, whatever they hold', () => {
    const before = memory(['b,c', 'two\nlines', 'a']);
    const draft = draftOf(before);
    expect(draft.tags).toBe('b,c\ntwo lines\na');
    expect(changesOf(before, { ...draft, tags: `${draft.tags}\nnew\n` })).toEqual({
      tags: ['b,c', 'two\nlines', 'a', 'new'],
    });
    expect(changesOf(before, { ...draft, tags: 'a' })).toEqual({ tags: ['a'] });
  });

  it('tells what differs and nothing else', () => {
    const before = memory(['a']);
    const draft = draftOf(before);
    expect(changesOf(before, { ...draft, summary: 'Test keys', importance: 9 })).toEqual({
      summary: 'Test keys',
      importance: 9,
    });
    expect(changesOf(before, { ...draft, tags: ' a \n\n' })).toEqual({});
  });

  it('is unchanged where nothing was edited, whatever its tags hold', () => {
    fc.assert(
      fc.property(storedTags, (tags) => {
        expect(changesOf(memory(tags), draftOf(memory(tags)))).toEqual({});
      }),
    );
  });
});
