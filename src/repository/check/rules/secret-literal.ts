import type { Node } from '@babel/types';
import { findSecret } from '../../../core/redact.ts';
import { isStripeConstructor } from '../facts/http-calls.ts';
import { EVENT_PARSER } from '../facts/inbound.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { argumentAt, CALLS, calleeName, literalText, pathOf } from '../syntax/expressions.ts';
import { isType, startOf } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

/** Names of variables whose value opens something. */
const SECRET_VARIABLE =
  /(?:SECRET(?:_?KEY)?|STRIPE_KEY|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|SIGNING_?KEY|ACCESS_?KEY)(?:_\d+)?$/i;
const PUBLIC_VARIABLE = /PUBLIC|PUBLISHABLE/i;
const PLACEHOLDER = /your|example|placeholder|dummy|replace|changeme|xxx|\.\.\.|<|…|\*\*\*|redacted|_here/i;
const LOCAL_URL = /@(?:localhost|127\.0\.0\.1|\[::1\]|db|postgres|redis|mongo|mysql|host|example\.\w+)\b/;

export const secretLiteral: Rule = {
  id: 'secret-literal',
  title: 'A secret stands in the source',
  severity: 'error',
  why: 'Whoever can read the repository or a build of it has the key, and its history keeps it after it is removed. A fallback makes a missing setting work with a known key.',
  fix: 'Read it from the environment, fail at the start when it is missing, and replace the key: it counts as leaked.',
  source: 'https://docs.stripe.com/keys-best-practices',
  bad: `const stripe = new Stripe(process.env.STRIPE_SECRET_KEY || '${'sk_live_'}4eC39HqLyjWDarjtT1zdp7dc');`,
  good: `const key = process.env.STRIPE_SECRET_KEY;
if (!key) throw new Error('STRIPE_SECRET_KEY is not set');
const stripe = new Stripe(key);`,
  find: (module) => hits(secretNodes(module)),
};

/** Every literal that is a secret; also what excerpts have to hide. */
export const secretNodes = perModule((module: SourceModule): readonly Node[] => {
  const shaped = module.all('StringLiteral', 'TemplateElement').filter((node) => isShaped(module, textOfPart(node)));
  const found = module.isTest ? shaped : [...shaped, ...fallbacks(module), ...argumentsThatAreSecrets(module)];
  return [...new Set(found)].sort((a, b) => startOf(a) - startOf(b));
});

function textOfPart(node: Node): string {
  if (isType(node, 'TemplateElement')) return node.value.cooked ?? node.value.raw;
  return literalText(node) ?? '';
}

function isShaped(module: SourceModule, text: string): boolean {
  const kind = findSecret(text);
  if (kind === undefined || PLACEHOLDER.test(text) || isRepetitive(text)) return false;
  if (kind === 'url_credentials') return !module.isTest && !LOCAL_URL.test(text);
  // Tests need keys that look like keys; a live one is none of them.
  return !module.isTest || /[sr]k_live_/.test(text);
}

/** `sk_test_000000`: nobody's key. */
const isRepetitive = (text: string) => new Set(text.slice(8).toLowerCase()).size <= 4;

/** `process.env.API_KEY || 'literal'`, also as the default of a destructured variable. */
function fallbacks(module: SourceModule): Node[] {
  const chosen = module.all('LogicalExpression').flatMap(({ operator, left, right }) => {
    const path = pathOf(left);
    const isEnv = path?.includes('env') === true && path.length > 1;
    return operator !== '&&' && isEnv && isSecretName(path?.at(-1) ?? '') ? [right] : [];
  });
  return chosen.filter((node) => isRealText(literalText(node)));
}

/** True for the name of an environment variable that holds a secret. */
export const isSecretName = (name: string): boolean => SECRET_VARIABLE.test(name) && !PUBLIC_VARIABLE.test(name);
const isRealText = (text: string | undefined) => text !== undefined && text.length > 0;

/** `createHmac('sha256', 'literal')`, `constructEvent(body, header, 'literal')`, `new Stripe('literal')`. */
function argumentsThatAreSecrets(module: SourceModule): Node[] {
  return module.all(...CALLS, 'NewExpression').flatMap((call) => {
    const place = isStripeConstructor(module, call) ? 0 : PLACES.get(calleeName(call));
    const at = place ?? (EVENT_PARSER.test(calleeName(call)) ? 2 : undefined);
    const argument = at === undefined ? undefined : argumentAt(call, at);
    if (argument === undefined) return [];
    const literals = trace(module, argument).filter(
      ({ node, path }) => path.length === 0 && isType(node, 'StringLiteral'),
    );
    return literals.map(({ node }) => node).filter((node) => isUsable(literalText(node)));
  });
}

/** Where calls take a secret. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['createHmac', 1],
  ['setApiKey', 0],
]);
const isUsable = (text: string | undefined) => text !== undefined && text.length >= 8 && !PLACEHOLDER.test(text);
