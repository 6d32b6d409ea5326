import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../../core/parse-json.ts';

/** Beside the generated files: what was generated, so that a change by hand is recognised. */
export const MANIFEST_NAME = '.breakwater.json';

const manifest = z.strictObject({
  comment: z.string().optional(),
  version: z.literal(1),
  /** SHA-256 of the text that was generated last, by path. */
  files: z.record(z.string().max(1024), z.string().regex(/^[0-9a-f]{64}$/)),
});

export type GeneratedHashes = Readonly<Record<string, string>>;

/** No hashes for a text that is missing or no manifest: then every file counts as changed by hand. */
export function parseManifest(text: string | undefined): GeneratedHashes {
  const parsed = manifest.safeParse(text && parseJson(text));
  return parsed.success ? parsed.data.files : {};
}

export function formatManifest(files: GeneratedHashes): string {
  const comment =
    'Hashes of what breakwater generated. A file that differs is yours and is never overwritten. Commit this file.';
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ comment, version: 1, files: sorted }, null, 2)}\n`;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
