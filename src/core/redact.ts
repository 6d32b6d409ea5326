/** What a matched text is called in `redacted` lists, and how to find it. Prefixes are kept: they tell the reader which key it was. */
interface SecretPattern {
  kind: string;
  pattern: RegExp;
  /** Matches in every match: a text without any of these is passed over in one look. */
  sign: RegExp;
}

/** In JSON text the letter or the digits of an escape (`\n`, `\u001b`) are no part of the word that follows them. */
const AFTER_ESCAPE = String.raw`(?<=\\(?:[bfnrt]|u[0-9a-fA-F]{4}))`;

/** A shape that begins where a word begins. */
function word({ source, flags }: RegExp): RegExp {
  return new RegExp(String.raw`(?:(?<!\w)|${AFTER_ESCAPE})${source}`, flags);
}

/** As `word`, for shapes that may hold hyphens: without a start at each of them, hostile text cannot make the search quadratic. */
function hyphenated({ source, flags }: RegExp): RegExp {
  return new RegExp(String.raw`(?:(?<![\w-])|${AFTER_ESCAPE})${source}`, flags);
}

/**
 * Shapes of secrets that providers publish. Every pattern is linear: no nested repetition, every repetition bounded or over one
 * character class. In JSON text a match never cuts an escape in two, so that the text stays JSON.
 */
const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    kind: 'private_key',
    sign: /-----BEGIN /,
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s]|\\{1,4}[nr]){0,8000}(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { kind: 'stripe_key', sign: /[sr]k_(?:test|live)_/, pattern: word(/[sr]k_(?:test|live)_[A-Za-z0-9]{6,250}/g) },
  { kind: 'webhook_secret', sign: /whsec_/, pattern: word(/whsec_[A-Za-z0-9+/=_-]{8,250}/g) },
  { kind: 'webhook_secret', sign: /whsk_/, pattern: word(/whsk_[A-Za-z0-9+/=_-]{8,250}/g) },
  { kind: 'sendgrid_key', sign: /SG\./, pattern: word(/SG\.[A-Za-z0-9_-]{10,60}\.[A-Za-z0-9_-]{10,80}/g) },
  { kind: 'github_token', sign: /gh[pousr]_/, pattern: word(/gh[pousr]_[A-Za-z0-9]{16,255}/g) },
  { kind: 'github_token', sign: /github_pat_/, pattern: word(/github_pat_[A-Za-z0-9_]{20,255}/g) },
  { kind: 'gitlab_token', sign: /glpat-/, pattern: word(/glpat-[A-Za-z0-9_-]{16,100}/g) },
  { kind: 'slack_token', sign: /xox[abeoprs]-/, pattern: word(/xox[abeoprs]-[A-Za-z0-9-]{10,250}/g) },
  { kind: 'slack_token', sign: /xapp-/, pattern: word(/xapp-[A-Za-z0-9-]{10,250}/g) },
  { kind: 'aws_key', sign: /AKIA|ASIA/, pattern: word(/(?:AKIA|ASIA)[A-Z0-9]{16}\b/g) },
  { kind: 'google_key', sign: /AIza/, pattern: word(/AIza[A-Za-z0-9_-]{30,60}/g) },
  {
    kind: 'api_key',
    sign: /sk-/,
    // The digit tells a key from hyphenated words.
    pattern: hyphenated(/sk-(?:ant-|proj-|svcacct-)?(?=[A-Za-z_-]{0,250}\d)[A-Za-z0-9_-]{20,250}/g),
  },
  { kind: 'resend_key', sign: /re_/, pattern: word(/re_[A-Za-z0-9]{8,40}_[A-Za-z0-9]{16,60}/g) },
  { kind: 'shopify_token', sign: /shp(?:at|ca|pa|ss)_/, pattern: word(/shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,80}/g) },
  { kind: 'npm_token', sign: /npm_/, pattern: word(/npm_[A-Za-z0-9]{30,60}/g) },
  { kind: 'huggingface_token', sign: /hf_/, pattern: word(/hf_[A-Za-z0-9]{20,60}/g) },
  { kind: 'digitalocean_token', sign: /do[opr]_v1_/, pattern: word(/do[opr]_v1_[a-f0-9]{32,100}/g) },
  { kind: 'google_token', sign: /ya29\./, pattern: hyphenated(/ya29\.[A-Za-z0-9_-]{20,2000}/g) },
  { kind: 'linear_key', sign: /lin_(?:api|oauth)_/, pattern: word(/lin_(?:api|oauth)_[A-Za-z0-9]{20,80}/g) },
  { kind: 'square_secret', sign: /sq0(?:csp|atp)-/, pattern: hyphenated(/sq0(?:csp|atp)-[A-Za-z0-9_-]{20,80}/g) },
  { kind: 'mailgun_key', sign: /key-/, pattern: hyphenated(/key-[a-f0-9]{32}(?![A-Za-z0-9])/g) },
  {
    kind: 'jwt',
    sign: /eyJ/,
    pattern: hyphenated(/eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}/g),
  },
  {
    kind: 'bearer_token',
    sign: /bearer\s/i,
    pattern: word(/bearer\s{1,4}(?=[A-Za-z._~+/=-]{0,2000}\d)[A-Za-z0-9._~+/=-]{16,2000}/gi),
  },
  {
    kind: 'url_credentials',
    sign: /@/,
    pattern: word(/(?<!\\)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#:@'"]{0,200}:[^\s/?#@'"]{1,200}@/gi),
  },
];

/** Finds nothing where none of the signs is; `i` because one of them needs it. */
const ANY_SIGN = new RegExp(SECRET_PATTERNS.map(({ sign }) => sign.source).join('|'), 'i');

/** Nothing shorter is a secret: no shape is, and masked by value it would mask ordinary words. */
const MIN_LENGTH = 8;

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
  if (!ANY_SIGN.test(text)) return { text, kinds };
  let result = text;
  for (const { kind, pattern, sign } of SECRET_PATTERNS) {
    if (!sign.test(result)) continue;
    const next = result.replace(pattern, mask(kind));
    if (next !== result && !kinds.includes(kind)) kinds.push(kind);
    result = next;
  }
  return { text: result, kinds };
}

/** The kind of secret that a text contains, or undefined. */
export function findSecret(text: string): string | undefined {
  if (text.length < MIN_LENGTH || !ANY_SIGN.test(text)) return undefined;
  return SECRET_PATTERNS.find(({ pattern, sign }) => sign.test(text) && text.search(pattern) >= 0)?.kind;
}

/**
 * Masks known values as well as known shapes. Every secret that is read becomes known, so that it cannot leave through a log line or
 * an error whatever it looks like.
 */
export class Redactor {
  /** Longest first: a secret that begins with another one must not keep its tail. */
  #known: readonly string[] = [];

  learn(secret: string): void {
    if (secret.length < MIN_LENGTH || this.#known.includes(secret)) return;
    const forms = new Set([...this.#known, secret, JSON.stringify(secret).slice(1, -1)]);
    this.#known = [...forms].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let result = text;
    for (const secret of this.#known) result = result.replaceAll(secret, '[redacted]');
    return redactSecrets(result).text;
  }

  /** The same value with every string in it redacted, names of fields included. Numbers and structure stay. */
  redactValue<T>(value: T): T {
    return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
      if (typeof inner === 'string') return this.redact(inner);
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([name, field]) => [this.redact(name), field]));
    }) as T;
  }

  /** The kind of secret in a text, by value or by shape. */
  find(text: string): string | undefined {
    const kind = findSecret(text);
    if (kind !== undefined) return kind;
    for (const secret of this.#known) if (text.includes(secret)) return 'configured_secret';
    return undefined;
  }
}
