import type { Redacted } from '../core/redact.ts';
import { redactNamedSecrets } from './named-secrets.ts';

const TOKEN = /[A-Za-z0-9+/=_-]{20,}/g;
/** Longer runs are encoded files, not keys. */
const RUN = /[A-Za-z0-9]{20,}/g;
const MAX_RUN = 200;
/** Subresource integrity and lock files: sums of public files. */
const CHECKSUM = /^sha\d{1,3}[-:=]/;
/** Providers' object ids (`pi_3Mtw…`, `cs_test_…`): public names, whatever they look like. */
const OBJECT_ID =
  /(?:^|[^A-Za-z0-9])(?!(?:key|token|secret|pat|api|pass|auth|pwd|sk|rk)_)[a-z]{2,12}_(?:test_|live_)?$/;
/** Of neighbouring characters, how many change between capitals, small letters and digits: 0.62 in random text, 0.27 in long names. */
const MIN_CHANGES = 0.4;

/**
 * Masks text that is random enough to be a key although no provider's pattern knows it, and values that are called a secret. Git hashes,
 * UUIDs, ULIDs, checksums, object ids, identifiers and encoded words are left alone.
 */
export function redactRandomText(text: string): Redacted {
  const kinds: string[] = [];
  const mask = (kind: string) => {
    if (!kinds.includes(kind)) kinds.push(kind);
    return `[redacted ${kind}]`;
  };
  const named = redactNamedSecrets(text, mask);
  const result = named.replace(TOKEN, (token, offset: number) =>
    CHECKSUM.test(token) || isEncodedText(token) ? token : maskRuns(token, named[offset - 1], mask),
  );
  return { text: result, kinds };
}

function maskRuns(token: string, before: string | undefined, mask: (kind: string) => string): string {
  return token.replace(RUN, (run, offset: number) => {
    // In JSON text the letter or the digits of an escape belong to it.
    const escaped = offset > 0 || before !== '\\' ? 0 : run.startsWith('u') ? 5 : 1;
    const isKey = !OBJECT_ID.test(token.slice(0, offset)) && isRandom(run.slice(escaped));
    return isKey ? run.slice(0, escaped) + mask('random_text') : run;
  });
}

function isRandom(run: string): boolean {
  if (run.length < 20 || run.length > MAX_RUN) return false;
  const digitRuns = run.match(/\d+/g)?.length ?? 0;
  if (digitRuns < 2 || !/[a-z]/.test(run) || !/[A-Z]/.test(run) || isEncodedText(run)) return false;
  const changes = run.match(/(?<=[a-z])[^a-z]|(?<=[A-Z])[^A-Z]|(?<=\d)\D/g)?.length ?? 0;
  return changes / (run.length - 1) >= MIN_CHANGES;
}

/** Base 64 of text that people read. */
function isEncodedText(token: string): boolean {
  const decoded = Buffer.from(token, 'base64').toString('latin1');
  return /^[\t\n\r -~]{12,}$/.test(decoded);
}
