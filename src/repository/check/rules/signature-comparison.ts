import type { Node } from '@babel/types';
import { headerOf } from '../facts/inbound.ts';
import { hmacOf, isDigest } from '../facts/signatures.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import {
  argumentAt,
  CALLS,
  calleeName,
  isCall,
  isMember,
  pathOf,
  propertyName,
  receiverOf,
  unwrap,
} from '../syntax/expressions.ts';
import { contains, isType } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

const EQUALITY: ReadonlySet<string> = new Set(['===', '!==', '==', '!=']);
const EXPECTED =
  /^(?:expected|computed|calculated|actual|our|local|own|generated)_?(?:sig|signature|hmac|digest|mac)\w*$/i;
const GIVEN = /sig(?:nature)?$|hmac$|^sig/i;

/** Both sides of every comparison in which one is a computed signature. */
function comparisons(module: SourceModule): { node: Node; sides: readonly [Node, Node] }[] {
  const binary = module.all('BinaryExpression').flatMap((node) => {
    const sides: readonly [Node, Node] = [unwrap(node.left), unwrap(node.right)];
    return EQUALITY.has(node.operator) && !sides.some(isNoText) && isSignaturePair(module, sides)
      ? [{ node, sides }]
      : [];
  });
  const methods = module.all(...CALLS).flatMap((node) => {
    const sides = comparedBy(node);
    return sides?.some((side) => isDigest(module, side)) ? [{ node, sides }] : [];
  });
  return [...binary, ...methods];
}

/** The two sides of `a.equals(b)` and `Buffer.compare(a, b)`. */
function comparedBy(call: Call): readonly [Node, Node] | undefined {
  const isStatic = pathOf(call.callee)?.join('.') === 'Buffer.compare';
  if (!isStatic && !/^(?:equals|compare|includes|localeCompare)$/.test(calleeName(call))) return undefined;
  const [a, b] = isStatic ? [argumentAt(call, 0), argumentAt(call, 1)] : [receiverOf(call), argumentAt(call, 0)];
  return a === undefined || b === undefined ? undefined : [a, b];
}

/** Literals, `undefined`, lengths and types: nothing to learn from their timing. */
function isNoText(node: Node): boolean {
  if (isType(node, 'StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'NullLiteral', 'UnaryExpression')) return true;
  if (isType(node, 'Identifier')) return node.name === 'undefined';
  return isMember(node) && /^(?:length|byteLength)$/.test(propertyName(node) ?? '');
}

function isSignaturePair(module: SourceModule, [left, right]: readonly [Node, Node]): boolean {
  if (isDigest(module, left) || isDigest(module, right)) return true;
  const [a, b] = [lastName(left), lastName(right)];
  if ((EXPECTED.test(a) && GIVEN.test(b)) || (EXPECTED.test(b) && GIVEN.test(a))) return true;
  return isSignedHeader(module, left, right) || isSignedHeader(module, right, left);
}

/** `headers['x-hub-signature-256'] === hash`, where this file does not show how the hash is made. */
function isSignedHeader(module: SourceModule, header: Node, hash: Node): boolean {
  const isHash = module
    .within(hash, 'Identifier')
    .some(({ name }) => /^(?:hash|digest|hmac|mac|expected\w*)$/i.test(name));
  return isHash && /signature|hmac/.test(headerOf(module, header) ?? '');
}

const lastName = (node: Node) => pathOf(node)?.at(-1) ?? '';

export const signatureComparedWithEquals: Rule = {
  id: 'signature-compared-with-equals',
  title: 'A signature is compared with === or equals',
  severity: 'error',
  why: 'Such a comparison ends at the first difference: its duration tells how much of a guess was right, and a signature can be found byte by byte.',
  fix: 'Compare buffers of equal length with crypto.timingSafeEqual.',
  source: 'https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b',
  bad: `const expected = crypto.createHmac('sha256', secret).update(rawBody).digest('hex');
if (signature !== expected) throw new Error('bad signature');`,
  good: `const expected = crypto.createHmac('sha256', secret).update(rawBody).digest();
const given = Buffer.from(signature, 'hex');
if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) throw new Error('bad signature');`,
  find: (module) => hits(comparisons(module).map(({ node }) => node)),
};

export const timingSafeCompareLength: Rule = {
  id: 'timing-safe-compare-length',
  title: 'timingSafeEqual without a check of the lengths',
  severity: 'warning',
  why: 'timingSafeEqual throws a RangeError when the lengths differ: a forged signature of another length becomes a 500 instead of a refusal.',
  fix: 'Compare the lengths first and refuse when they differ.',
  source: 'https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b',
  bad: `function isGenuine(given, expected) {
  return crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}`,
  good: `function isGenuine(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}`,
  find: (module) =>
    hits(module.all(...CALLS).filter((call) => calleeName(call) === 'timingSafeEqual' && !isGuarded(module, call))),
};

function isGuarded(module: SourceModule, call: Call): boolean {
  const outer = module.functionOf(call);
  for (const ancestor of module.ancestorsOf(call)) {
    if (isType(ancestor, 'TryStatement') && ancestor.handler && contains(ancestor.block, call)) return true;
    if (isFunction(ancestor)) break;
  }
  const known =
    outer === undefined
      ? module.all('MemberExpression', 'OptionalMemberExpression')
      : module.within(outer, 'MemberExpression', 'OptionalMemberExpression');
  if (known.some((member) => /^(?:length|byteLength|test|match|exec)$/.test(propertyName(member) ?? ''))) return true;
  // Digests of one algorithm are of one length.
  return call.arguments.every((argument) =>
    trace(module, argument).some(({ node }) => isCall(node) && calleeName(node) === 'digest'),
  );
}

const STRUCTURED =
  /^(?:stripe-signature|paddle-signature|x-hub-signature(?:-256)?|x-slack-signature|svix-signature|webhook-signature)$/;

export const signatureHeaderNotParsed: Rule = {
  id: 'signature-header-not-parsed',
  title: 'A structured signature header is compared whole',
  severity: 'error',
  why: 'Such a header holds more than the signature (Stripe: t=…,v1=…, GitHub: sha256=…): compared whole with a bare digest it never matches.',
  fix: 'Take the header apart, rebuild what was signed (timestamp included), and compare each signature in it.',
  source: 'https://docs.stripe.com/webhooks#verify-manually',
  bad: `const signature = req.headers['stripe-signature'];
const expected = crypto.createHmac('sha256', secret).update(req.rawBody).digest('hex');
if (signature !== expected) res.sendStatus(400);`,
  good: `const signature = parseHeader(req.headers['stripe-signature']).v1;
const expected = crypto.createHmac('sha256', secret).update(signedPayload).digest('hex');
if (!safeEqual(signature, expected)) res.sendStatus(400);`,
  find(module) {
    const safe = module.all(...CALLS).flatMap((node) => {
      const [a, b] = [argumentAt(node, 0), argumentAt(node, 1)];
      return calleeName(node) === 'timingSafeEqual' && a !== undefined && b !== undefined
        ? [{ node, sides: [a, b] as const }]
        : [];
    });
    const wrong = [...comparisons(module), ...safe].filter(
      ({ sides: [a, b] }) =>
        (isWholeHeader(module, a) && isBareDigest(module, b)) || (isWholeHeader(module, b) && isBareDigest(module, a)),
    );
    return hits(wrong.map(({ node }) => node));
  },
};

const fromBuffer = (node: Node): Node =>
  isCall(node) && calleeName(node) === 'from' ? (argumentAt(node, 0) ?? node) : node;

function isWholeHeader(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end, path }) => {
    const inner = path.length === 0 ? fromBuffer(end) : node;
    return STRUCTURED.test(headerOf(module, inner) ?? '') || STRUCTURED.test(headerOf(module, node) ?? '');
  });
}

function isBareDigest(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end }) => {
    const inner = fromBuffer(end);
    return trace(module, inner).some(
      ({ node: last }) => isCall(last) && calleeName(last) === 'digest' && hmacOf(module, last) !== undefined,
    );
  });
}
