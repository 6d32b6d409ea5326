import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import { argumentAt, CALLS, calleeName, chainOf, isCall, isExpression, unwrap } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

const MAX_DEPTH = 6;

/** The expressions that a text or bytes are made of: through names, templates, joins and conversions. */
export function partsOf(module: SourceModule, node: Node, depth = 0): Node[] {
  if (depth > MAX_DEPTH) return [];
  return trace(module, node).flatMap(({ node: end, path }) => {
    const inner = path.length > 0 ? [] : ingredients(end);
    return [end, ...inner.flatMap((part) => partsOf(module, part, depth + 1))];
  });
}

const CONVERSIONS: ReadonlySet<string> = new Set([
  'from',
  'encode',
  'String',
  'toString',
  'trim',
  'concat',
  'join',
  'Buffer',
  'alloc',
]);

function ingredients(node: Node): Node[] {
  if (isType(node, 'TemplateLiteral')) return node.expressions.filter(isExpression);
  if (isType(node, 'BinaryExpression')) return node.operator === '+' ? [node.left, node.right] : [];
  if (isType(node, 'ArrayExpression')) return node.elements.filter((element) => element !== null);
  if (!(isCall(node) || isType(node, 'NewExpression')) || !CONVERSIONS.has(calleeName(node))) return [];
  const callee = unwrap(node.callee);
  return [
    ...(isType(callee, 'MemberExpression', 'OptionalMemberExpression') ? [callee.object] : []),
    ...node.arguments,
  ];
}

const isHmac = (call: Call) => calleeName(call) === 'createHmac';

/** The `createHmac` that a chain or a name goes back to. */
export function hmacOf(module: SourceModule, node: Node): Call | undefined {
  for (const { node: end } of trace(module, node)) {
    if (!isCall(end)) continue;
    const chain = chainOf(end);
    const direct = chain.find(isHmac);
    if (direct !== undefined) return direct;
    const base = chain.at(-1)?.callee;
    const receiver = isType(base, 'MemberExpression') ? base.object : undefined;
    const named = receiver !== undefined && isType(receiver, 'Identifier') ? hmacOf(module, receiver) : undefined;
    if (named !== undefined) return named;
  }
  return undefined;
}

const MAKES_SIGNATURE =
  /^(?:compute|calculate|create|generate|build|make|get|derive|expected)\w*(?:signature|hmac|mac|digest)$|^(?:sign|hmac|computeSig)$/i;

/** True for a computed signature: the digest of an HMAC, or the answer of a function that makes one. */
export function isDigest(module: SourceModule, node: Node): boolean {
  return partsOf(module, node).some((part) => {
    if (!isCall(part)) return false;
    if (calleeName(part) === 'digest' && hmacOf(module, part) !== undefined) return true;
    const made = resolveFunction(module, part.callee);
    if (made !== undefined)
      return module.within(made, ...CALLS).some((call) => isHmac(call)) && !returnsTruth(module, made);
    return MAKES_SIGNATURE.test(calleeName(part));
  });
}

/** A function that compares answers yes or no. */
function returnsTruth(module: SourceModule, node: Node): boolean {
  return module
    .within(node, 'ReturnStatement')
    .some(
      ({ argument }) =>
        isType(argument, 'BooleanLiteral') ||
        (isType(argument, 'BinaryExpression') && ['===', '!==', '==', '!='].includes(argument.operator)) ||
        (isCall(argument) && calleeName(argument) === 'timingSafeEqual'),
    );
}

/** What a verification is computed over: the arguments of `hmac.update(…)` and of library calls that verify. */
export const signedContents = perModule((module: SourceModule): readonly Node[] => {
  const isVerifier = (call: Call) =>
    calleeName(call) === 'update'
      ? isHmacUpdate(module, call)
      : LIBRARY_VERIFIERS.test(calleeName(call)) && call.arguments.length >= 2;
  return module
    .all(...CALLS)
    .filter(isVerifier)
    .flatMap((call) => contentOf(call) ?? []);
});

/** The first argument; of `subtle.verify(algorithm, key, signature, data)` the last. */
const contentOf = (call: Call) =>
  argumentAt(call, calleeName(call) === 'verify' && call.arguments.length === 4 ? 3 : 0);

const LIBRARY_VERIFIERS = /^(?:constructEvent(?:Async)?|unwrap|verify|verifySignature|validateWebhook|verifyHeader)$/;

function isHmacUpdate(module: SourceModule, call: Call): boolean {
  return (
    chainOf(call).some(isHmac) ||
    (isType(call.callee, 'MemberExpression') && hmacOf(module, call.callee.object) !== undefined)
  );
}
