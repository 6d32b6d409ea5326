/** Shows a secret of a kind: what stands in its place. */
export type Mask = (kind: string) => string;

/** What a text calls a secret. `DB_PASS` is one, `the tests pass` is none; page tokens are cursors. */
const NAME = `(?:pass(?:word|wd|phrase|wort)|kennwort|(?<=[_-])pass|pwd|secret|(?<!(?:page|next)_?)token|(?:api|access|private|auth|account|signing|encryption)[ _-]?key|credentials?)`;

/** `"password": "…"`: the whole text in the quotes. */
const FIELD = new RegExp(String.raw`(${NAME}"\s{0,4}:\s{0,4}")((?:[^"\\\n]|\\.){4,2000})(?=")`, 'gi');
/** `password: …`, `token = …`, `the secret is …`, in quotes too. In an address, `&x=` begins another value. */
const NAMED = new RegExp(
  String.raw`(${NAME}(?:\\{0,3}["'])?(?: is |\s{0,4}[:=]\s{0,4})(?:\\{0,3}["'])?)` +
    String.raw`((?:[^\s"'\x60,;(){}[\]<>\\&]|&(?![\w.%[\]-]{1,64}=)|\\u[0-9a-f]{4}){4,2000})`,
  'gi',
);
/** `SIGNING_SECRET 8f74…`: without a sign between them only a long run of letters and digits. */
const BESIDE = new RegExp(String.raw`(${NAME}\s{1,4})((?=[A-Z]*\d+[A-Z]+\d)[A-Z\d]{16,200})(?!\w)`, 'gi');
/** User and password in base 64: of the `Authorization` header, and of Docker's configuration. */
const BASIC = /(\bbasic\s{1,4}|"auth"\s{0,4}:\s{0,4}")([A-Za-z0-9+/]{6,2000}={0,2})/gi;
const CURL_USER = /(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[\s=]{1,2}["']?[^\s:"'\\]{1,100}:)([^\s"'\\]{1,200})/g;
/** https://docs.stripe.com/api/payment_intents/object#payment_intent_object-client_secret */
const CLIENT_SECRET = /\b(?:pi|seti|cs)_(?:test_|live_)?[A-Za-z0-9]{3,80}_secret_[A-Za-z0-9]{8,100}/g;

/** What may stand for a secret and is none: variables, placeholders, paths, addresses, what is masked already. */
const STAND_IN =
  /^(?:[A-Z][A-Z0-9]*_[A-Z0-9_]*|[$%].*|.*:\/\/.*|[./~].*|\[?redacted.*|process\.env.*|[xX*.…-]+|string|number|boolean|true|false|null|none|undefined|required|optional)$/;
/** A few words: said about a secret. */
const PROSE = /^[A-Za-z][a-z]*(?: [a-z]+)+[.!]?$/;
/** In code, the name of a variable: `token=accessToken`, `request.body.password`. */
const VARIABLE = /^(?:[a-z_]*(?:token|secret|pass|pwd|key|cred|hash)[a-z_]*|[a-z_$][\w$]*(?:\??\.[a-z_$][\w$]*)+)$/i;
/** Said about a secret rather than being one: numbers and times, words and versions joined by signs, algorithms. */
const DESCRIPTION =
  /^(?:[A-Z][A-Z0-9_]*|[\d.:,+-]+|\d{1,4}[a-z]{0,8}|(?:[a-z]+\d{0,3}|[A-Z]+\d{0,3}|\d{1,4}[a-z]{0,6})(?:[-_./](?:[a-z]+\d{0,3}|[A-Z]+\d{0,3}|\d{1,4}[a-z]{0,6}))+|(?:sha|md|hs|rs|es|ps|aes|argon|base|utf|oauth|v)\d.*)$/;

/** Masks what a text itself calls a password, secret, token or key, and credentials where their place tells them. */
export function redactNamedSecrets(text: string, mask: Mask): string {
  const named = (name: string) => name + mask('named_secret');
  const basic = (name: string) => name + mask('basic_auth');
  return text
    .replace(CLIENT_SECRET, () => mask('client_secret'))
    .replace(BASIC, (whole, name: string, value: string) => (isUserAndPassword(value) ? basic(name) : whole))
    .replace(CURL_USER, (whole, name: string, value: string) => (STAND_IN.test(value) ? whole : basic(name)))
    .replace(FIELD, (whole, name: string, value: string) =>
      STAND_IN.test(value) || PROSE.test(value) ? whole : named(name),
    )
    .replace(NAMED, (whole, name: string, value: string, offset: number, all: string) =>
      isNamedSecret(name, value, all.charAt(offset + whole.length)) ? named(name) : whole,
    )
    .replace(BESIDE, (_, name: string) => named(name));
}

/** Written as `NAME=value` everything is a value, as `name=value` or between quotes nearly everything; after `: ` or `is` it may be what is said about one. */
function isNamedSecret(name: string, value: string, next: string): boolean {
  if (STAND_IN.test(value)) return false;
  if (/^[^a-z]+=$/.test(name)) return true;
  const isQuoted = /["']$/.test(name);
  if (isQuoted && /^["'\\]?$/.test(next)) return true;
  if (!isQuoted && (VARIABLE.test(value) || /[([]/.test(next))) return false;
  if (/\w=$/.test(name)) return true;
  const said = value.replace(/[.:!?]+$/, '');
  if (/ is $/.test(name) && value.length < 8) return false;
  return /[A-Za-z]/.test(said) && /[^A-Za-z]/.test(value) && !DESCRIPTION.test(said);
}

function isUserAndPassword(base64: string): boolean {
  return /^[ -9;-~]{1,200}:[ -~]{1,1000}$/.test(Buffer.from(base64, 'base64').toString('latin1'));
}
