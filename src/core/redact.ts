/** What a matched text is called in `redacted` lists, and how to find it. Prefixes are kept: they tell the reader which key it was. */
interface SecretPattern {
  kind: string;
  pattern: RegExp;
}

/**
 * Shapes of secrets that providers publish. Every pattern is linear: no nested repetition, every repetition bounded or over one
 * character class.
 */
const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    kind: 'private_key',
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,8000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  },
  { kind: 'stripe_key', pattern: /\b[sr]k_(?:test|live)_[A-Za-z0-9]{6,250}/g },
  { kind: 'webhook_secret', pattern: /\bwhsec_[A-Za-z0-9+/=_-]{8,250}/g },
  { kind: 'webhook_secret', pattern: /\bwhsk_[A-Za-z0-9+/=_-]{8,250}/g },
  { kind: 'sendgrid_key', pattern: /\bSG\.[A-Za-z0-9_-]{10,60}\.[A-Za-z0-9_-]{10,80}/g },
  { kind: 'github_token', pattern: /\bgh[pousr]_[A-Za-z0-9]{16,255}/g },
  { kind: 'github_token', pattern: /\bgithub_pat_[A-Za-z0-9_]{20,255}/g },
  { kind: 'gitlab_token', pattern: /\bglpat-[A-Za-z0-9_-]{16,100}/g },
  { kind: 'slack_token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g },
  { kind: 'slack_token', pattern: /\bxapp-[A-Za-z0-9-]{10,250}/g },
  { kind: 'aws_key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'google_key', pattern: /\bAIza[A-Za-z0-9_-]{30,60}/g },
  { kind: 'api_key', pattern: /\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,250}/g },
  { kind: 'resend_key', pattern: /\bre_[A-Za-z0-9]{8,40}_[A-Za-z0-9]{16,60}/g },
  { kind: 'shopify_token', pattern: /\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,80}/g },
  { kind: 'npm_token', pattern: /\bnpm_[A-Za-z0-9]{30,60}/g },
  { kind: 'jwt', pattern: /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}/g },
  { kind: 'bearer_token', pattern: /\b[Bb]earer\s{1,4}[A-Za-z0-9._~+/=-]{16,2000}/g },
  { kind: 'url_credentials', pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{0,200}:[^\s/@'"]{1,200}@/gi },
];

/** Shortest value of an environment variable that is masked by value; shorter ones would mask ordinary words. */
const MIN_KNOWN_LENGTH = 8;

export interface Redacted {
  text: string;
  /** The kinds found, each once, in the order found. */
  kinds: string[];
}

/** How a secret is shown: enough to recognise it, too little to use it. `sk_test_abc…1234` becomes `sk_test_…1234`. */
export function fingerprint(secret: string): string {
  const prefix = /^(?:[a-zA-Z]{2,6}_(?:test_|live_)?|SG\.|xox[a-z]-|sk-)/.exec(secret)?.[0] ?? '';
  return secret.length - prefix.length >= 16 ? `${prefix}…${secret.slice(-4)}` : `${prefix}…`;
}

function mask(kind: string): (match: string) => string {
  return (match) => `[redacted ${kind}${/^[sr]k_|^whsec_/.test(match) ? ` ${fingerprint(match)}` : ''}]`;
}

/** Masks everything in a text that has the shape of a secret. */
export function redactSecrets(text: string): Redacted {
  const kinds: string[] = [];
  let result = text;
  for (const { kind, pattern } of SECRET_PATTERNS) {
    const next = result.replace(pattern, mask(kind));
    if (next !== result && !kinds.includes(kind)) kinds.push(kind);
    result = next;
  }
  return { text: result, kinds };
}

/** The kind of secret that a text contains, or undefined. */
export function findSecret(text: string): string | undefined {
  return SECRET_PATTERNS.find(({ pattern }) => text.search(pattern) >= 0)?.kind;
}

/**
 * Masks known values as well as known shapes. Every secret that is read becomes known, so that it cannot leave through a log line or
 * an error whatever it looks like.
 */
export class Redactor {
  readonly #known = new Set<string>();

  learn(secret: string): void {
    if (secret.length < MIN_KNOWN_LENGTH) return;
    this.#known.add(secret);
    this.#known.add(JSON.stringify(secret).slice(1, -1));
  }

  redact(text: string): string {
    let result = text;
    for (const secret of this.#known) result = result.replaceAll(secret, '[redacted]');
    return redactSecrets(result).text;
  }

  /** The kind of secret in a text, by value or by shape. */
  find(text: string): string | undefined {
    for (const secret of this.#known) if (text.includes(secret)) return 'configured_secret';
    return findSecret(text);
  }
}
