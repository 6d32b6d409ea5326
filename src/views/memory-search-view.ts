import * as z from 'zod';
import type { SearchHit, SearchPage } from '../memory/memory-store.ts';
import { clip } from '../memory/plain-text.ts';
import { describeMemory, memoryView } from './memory-view.ts';

export const OUTPUT_MODES = ['full', 'summary', 'compact'] as const;

/** Of the whole answer as JSON: what clients accept, less a little for what masking may add. */
const MAX_CHARACTERS = 39_000;
const CHARACTERS_PER_TOKEN = 4;
/** Brackets, the field `results`, and cursors of different lengths. */
const SLACK_CHARACTERS = 50;
const CUT = 'Cut to fit: continue with next_cursor; get_memory reads one whole.';
/** Texts are not cut below this many characters. */
const MIN_TEXT = 40;

const searchResult = memoryView
  .partial({ importance: true, tags: true, timestamp: true })
  .extend({ similarity: z.number(), excerpt: z.string().optional(), content: z.string().optional() });
type SearchResult = z.input<typeof searchResult>;

export const searchAnswer = z.object({
  query: z.string(),
  count: z.int(),
  output_mode: z.enum(OUTPUT_MODES),
  results: z.array(searchResult),
  truncated: z.boolean().optional(),
  next_cursor: z.string().optional(),
  hint: z.string().optional(),
});

export interface AnswerOptions {
  query: string;
  outputMode: (typeof OUTPUT_MODES)[number];
  maxTokens: number | undefined;
}

/** As many hits as the budget allows, of the first one at least a part. */
export function buildSearchAnswer(page: SearchPage, options: AnswerOptions): z.input<typeof searchAnswer> {
  const { query, outputMode, maxTokens = Number.POSITIVE_INFINITY } = options;
  const frame = {
    query,
    count: 100,
    output_mode: outputMode,
    truncated: true,
    next_cursor: page.hits[0]?.cursor,
    hint: CUT,
  };
  const budget = Math.min(MAX_CHARACTERS, maxTokens * CHARACTERS_PER_TOKEN) - sizeOf(frame) - SLACK_CHARACTERS;
  const { results, truncated } = fitResults(
    page.hits.map((hit) => toResult(hit, outputMode)),
    budget,
  );
  const isComplete = results.length === page.hits.length;
  return {
    query,
    count: results.length,
    output_mode: outputMode,
    results,
    truncated: truncated || undefined,
    next_cursor: isComplete ? page.nextCursor : page.hits[results.length - 1]?.cursor,
    hint: truncated ? CUT : hintFor(results.length, outputMode),
  };
}

function fitResults(all: readonly SearchResult[], budget: number): { results: SearchResult[]; truncated: boolean } {
  const results: SearchResult[] = [];
  let left = budget;
  for (const result of all) {
    left -= sizeOf(result) + 1;
    if (left < 0) return { results: results.length > 0 ? results : [shorten(result, budget)], truncated: true };
    results.push(result);
  }
  return { results, truncated: false };
}

function toResult({ memory, similarity, excerpt }: SearchHit, mode: AnswerOptions['outputMode']): SearchResult {
  const { memory_id, summary, context_type, category, agent, workspace, ...rest } = describeMemory(memory);
  const compact = { memory_id, summary, context_type, agent, workspace, similarity: Number(similarity.toFixed(3)) };
  if (mode === 'compact') return compact;
  const labelled = { ...compact, category, ...rest };
  return mode === 'full' ? { ...labelled, content: memory.content } : { ...labelled, excerpt };
}

/** Cuts the texts of a result, longest kind first, until it fits or little is left of them. */
function shorten(result: SearchResult, budget: number): SearchResult {
  let short = result;
  for (const field of ['content', 'excerpt', 'summary'] as const) {
    let text = short[field];
    while (text !== undefined && text.length > MIN_TEXT && sizeOf(short) > budget) {
      text = clip(text, Math.floor(text.length * 0.8));
      short = { ...short, [field]: `${text}…` };
    }
  }
  return short;
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function hintFor(count: number, mode: AnswerOptions['outputMode']): string | undefined {
  if (count === 0) return 'Nothing found. Try other words, fuzzy: true, fewer filters, or all_workspaces: true.';
  return mode === 'full' ? undefined : 'get_memory reads one whole; output_mode full shows the content of all.';
}
