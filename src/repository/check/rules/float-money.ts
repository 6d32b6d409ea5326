import type { Node } from '@babel/types';
import { isStripeCall } from '../facts/http-calls.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { CALLS } from '../syntax/expressions.ts';
import { argumentAt, calleeName, isCall, keyName, pathOf, unwrap } from '../syntax/expressions.ts';
import { functionName } from '../syntax/functions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

const MONEY =
  /^(?:amount|unit_?amount|amount_?(?:minor|cents|in_cents|total|due|paid|to_capture|refunded)|price_?(?:cents|minor|in_cents)|total_?(?:cents|minor))$/i;
const COUNT = /quantity|count|units|seats|dollars?Int|whole/i;
const WRITES = /^(?:create|createMany|insert|insertOne|update|updateOne|updateMany|upsert|save|set)$/;

/** Money too, but in what unit only the code around it tells. */
const PRICE = /^(?:sub_?|grand_?)?(?:total|price|cost|fee|tax|balance)$/i;
const CONVERTS = /(?:to|in|as|get|parse)_?(?:cents?|minor(?:_?units?)?|stripe_?amount|amount)$/i;
/** What is multiplied by 100 without being money: percentages and chance. */
const RATIO = /random|ratio|percent|pct|progress|fraction|opacity/i;

const MAX_DEPTH = 4;

export const floatMoney: Rule = {
  id: 'float-money',
  title: 'Money in floating point',
  severity: 'error',
  why: '19.99 * 100 is 1998.9999999999998: amounts are off by a cent or refused, and sums drift.',
  fix: 'Keep money as an integer number of minor units from the first place to the last; convert texts with a decimal library, or Math.round once at the edge.',
  source: 'https://docs.stripe.com/currencies#zero-decimal',
  bad: `await stripe.paymentIntents.create({ amount: order.total * 100, currency: 'usd' }, { idempotencyKey: order.id });`,
  good: `await stripe.paymentIntents.create({ amount: order.totalMinor, currency: 'usd' }, { idempotencyKey: order.id });`,
  find(module) {
    const amounts = module.all('ObjectProperty').filter((property) => isAmount(module, property));
    const known = new Set(amounts.flatMap(({ value }) => termsOf(module, value)));
    const cut = module
      .all('VariableDeclarator')
      .filter(({ id }) => isType(id, 'Identifier') && MONEY.test(id.name))
      .flatMap(({ init }) =>
        init != null && !known.has(unwrap(init)) && isCutProduct(module, unwrap(init)) ? init : [],
      );
    return hits([...amounts.map(({ value }) => value), ...cut, ...returned(module)]);
  },
};

function isAmount(module: SourceModule, property: NodeOf<'ObjectProperty'>): boolean {
  const key = keyName(property) ?? '';
  if (MONEY.test(key)) return isFloat(module, property);
  return PRICE.test(key) && termsOf(module, property.value).some((node) => isConvertedProduct(module, node));
}

function isFloat(module: SourceModule, property: NodeOf<'ObjectProperty'>): boolean {
  return termsOf(module, property.value).some(
    (node) =>
      isUnroundedProduct(module, node) ||
      isCutProduct(module, node) ||
      isFractional(module, property, node) ||
      isParsed(module, property, node) ||
      isStoredQuotient(module, property, node),
  );
}

function isParsed(module: SourceModule, property: Node, node: Node): boolean {
  return isCall(node) && calleeName(node) === 'parseFloat' && isRequestOrRow(module, property);
}

function isStoredQuotient(module: SourceModule, property: Node, node: Node): boolean {
  const isQuotient = isType(node, 'BinaryExpression') && node.operator === '/' && isHundred(module, node.right);
  return isQuotient && isStored(module, property);
}

/** `return Number(price) * 100`, or from a function called `toCents`. */
function returned(module: SourceModule): Node[] {
  const results = [
    ...module.all('ReturnStatement').flatMap(({ argument }) => argument ?? []),
    ...module.all('ArrowFunctionExpression').map(({ body }) => body),
  ].map(unwrap);
  return results.filter((node) => {
    const outer = isConvertedProduct(module, node) ? module.functionOf(node) : undefined;
    if (outer === undefined) return false;
    const named = module.within(node, 'Identifier').some(({ name }) => PRICE.test(name) || MONEY.test(name));
    return named || CONVERTS.test(functionName(module, outer) ?? '');
  });
}

/** What an amount is, through names; of a sum every term. */
function termsOf(module: SourceModule, amount: Node, depth = 0): Node[] {
  const ends = trace(module, amount).filter(({ path }) => path.length === 0);
  return ends.flatMap(({ node }) => {
    const isSum = isType(node, 'BinaryExpression') && /^[+-]$/.test(node.operator);
    return isSum && depth < MAX_DEPTH
      ? [node.left, node.right].flatMap((term) => termsOf(module, term, depth + 1))
      : [node];
  });
}

/** `price * 100`; a product that is rounded is the argument of a call and not seen here. */
function isUnroundedProduct(module: SourceModule, node: Node): boolean {
  const other = timesHundred(module, node);
  return other !== undefined && !isInteger(other) && !isRatio(module, other);
}

/** `Math.floor(19.99 * 100)` is 1998: a product that is a little too small loses a unit. */
function isCutProduct(module: SourceModule, node: Node): boolean {
  const product = isCall(node) && /^(?:floor|trunc|parseInt)$/.test(calleeName(node)) ? argumentAt(node, 0) : undefined;
  return product !== undefined && isUnroundedProduct(module, product);
}

/** `Number(price) * 100`, `parseFloat(price) * 100` */
function isConvertedProduct(module: SourceModule, node: Node): boolean {
  const other = timesHundred(module, node);
  const isConverted = isCall(other) && /^(?:Number|parseFloat)$/.test(calleeName(other));
  return isConverted && !isRatio(module, other);
}

/** What is multiplied by 100. */
function timesHundred(module: SourceModule, node: Node): Node | undefined {
  if (!isType(node, 'BinaryExpression') || node.operator !== '*') return undefined;
  const [left, right] = [unwrap(node.left), unwrap(node.right)];
  return isHundred(module, left) ? right : isHundred(module, right) ? left : undefined;
}

const isRatio = (module: SourceModule, node: Node) =>
  module.within(node, 'Identifier').some(({ name }) => RATIO.test(name));

function isHundred(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end }) => isType(end, 'NumericLiteral') && end.value === 100);
}

function isInteger(node: Node): boolean {
  if (isType(node, 'NumericLiteral')) return Number.isInteger(node.value);
  if (isCall(node)) return /^(?:round|trunc|floor|ceil|parseInt|BigInt)$/.test(calleeName(node));
  return COUNT.test(pathOf(node)?.at(-1) ?? '');
}

/** `amount: 19.99`, `amount: net * 1.19` in a call that takes minor units. */
function isFractional(module: SourceModule, property: Node, node: Node): boolean {
  const isProduct = isType(node, 'BinaryExpression') && node.operator === '*';
  const factors = isProduct ? [node.left, node.right] : [node];
  return (
    factors.some((factor) => trace(module, factor).some(({ node: end }) => isFraction(end))) &&
    callAround(module, property, (call) => isStripeCall(module, call))
  );
}

const isFraction = (node: Node) => isType(node, 'NumericLiteral') && !Number.isInteger(node.value);

const isRequestOrRow = (module: SourceModule, property: Node) =>
  callAround(module, property, (call) => isStripeCall(module, call) || WRITES.test(calleeName(call)));

/** Divided by 100 for display is fine; stored, it is a float for everybody after. */
const isStored = (module: SourceModule, property: Node) =>
  callAround(module, property, (call) => WRITES.test(calleeName(call)));

function callAround(
  module: SourceModule,
  node: Node,
  matches: (call: NodeOf<(typeof CALLS)[number]>) => boolean,
): boolean {
  for (const ancestor of module.ancestorsOf(node)) {
    if (isCall(ancestor)) return matches(ancestor);
    if (!isType(ancestor, 'ObjectExpression', 'ObjectProperty', 'ArrayExpression')) return false;
  }
  return false;
}
