import type { z } from 'zod';
import { parseJson } from '../core/parse-json.ts';
import { archiveLine, toRecord } from './archive-format.ts';
import type { ImportDefaults } from './foreign-formats.ts';
import { fromGraph, fromRecall, graphLine, recallExport, recallMemory } from './foreign-formats.ts';
import { MAX_CONTENT_BYTES } from './memory.ts';
import type { ArchiveRecord } from './memory-archive.ts';

/** What one line held: a record, or why it is none. */
export type Parsed = { record: ArchiveRecord } | { problem: string };

/** The records on a line of an export of ours, of `server-memory`, or of `recall` (whose whole export is one JSON document). */
export function parseLine(line: string, defaults: ImportDefaults): Parsed[] {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null) return [{ problem: 'not a JSON object' }];
  const whole = recallExport.safeParse(value);
  if (whole.success) return whole.data.memories.map((entry) => parseRecall(entry, defaults));
  return [parseEntry(value, defaults)];
}

/** The document in the export of `recall`, which begins with a sentence; undefined for text of another kind. */
export function parseRecallExport(text: string, defaults: ImportDefaults): Parsed[] | undefined {
  const whole = recallExport.safeParse(parseJson(text.slice(text.indexOf('{'))));
  return whole.success ? whole.data.memories.map((entry) => parseRecall(entry, defaults)) : undefined;
}

function parseEntry(value: object, defaults: ImportDefaults): Parsed {
  const { type } = value as { type?: unknown };
  if (type === 'memory' || type === 'link') return parse(archiveLine, value, toRecord);
  if (type === 'entity' || type === 'relation') return parse(graphLine, value, (line) => fromGraph(line, defaults));
  return parseRecall(value, defaults);
}

function parseRecall(value: unknown, defaults: ImportDefaults): Parsed {
  return parse(recallMemory, value, (entry) => fromRecall(entry, defaults));
}

function parse<S extends z.ZodType>(schema: S, value: unknown, build: (data: z.output<S>) => ArchiveRecord): Parsed {
  const parsed = schema.safeParse(value);
  if (parsed.success) return withinSize(build(parsed.data));
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'not valid'}` };
}

function withinSize(record: ArchiveRecord): Parsed {
  const texts = 'memory' in record ? [record.memory, ...record.memory.versions] : [];
  const isTooLarge = texts.some(({ content }) => Buffer.byteLength(content) > MAX_CONTENT_BYTES);
  return isTooLarge ? { problem: `content: more than ${MAX_CONTENT_BYTES} bytes` } : { record };
}
