import type { Node } from '@babel/types';
import { isStripeCall } from '../facts/http-calls.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { CALLS } from '../syntax/expressions.ts';
import { calleeName, isCall, keyName, pathOf, unwrap } from '../syntax/expressions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

const MONEY =
  /^(?:amount|unit_?amount|amount_?(?:minor|cents|in_cents|total|due|paid|to_capture|refunded)|price_?(?:cents|minor|in_cents)|total_?(?:cents|minor))$/i;
const COUNT = /quantity|count|units|seats|dollars?Int|whole/i;
const WRITES = /^(?:create|createMany|insert|insertOne|update|updateOne|updateMany|upsert|save|set)$/;

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
    const amounts = module.all('ObjectProperty').filter((property) => MONEY.test(keyName(property) ?? ''));
    return hits(amounts.filter((property) => isFloat(module, property)).map(({ value }) => value));
  },
};

function isFloat(module: SourceModule, property: NodeOf<'ObjectProperty'>): boolean {
  return termsOf(module, property.value).some((node) => {
    if (isUnroundedProduct(module, node) || isFractionalLiteral(module, property, node)) return true;
    if (isCall(node)) return calleeName(node) === 'parseFloat' && isRequestOrRow(module, property);
    return (
      isType(node, 'BinaryExpression') &&
      node.operator === '/' &&
      isHundred(module, node.right) &&
      isStored(module, property)
    );
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
  if (!isType(node, 'BinaryExpression') || node.operator !== '*') return false;
  const [left, right] = [unwrap(node.left), unwrap(node.right)];
  const other = isHundred(module, left) ? right : isHundred(module, right) ? left : undefined;
  return other !== undefined && !isInteger(other);
}

function isHundred(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end }) => isType(end, 'NumericLiteral') && end.value === 100);
}

function isInteger(node: Node): boolean {
  if (isType(node, 'NumericLiteral')) return Number.isInteger(node.value);
  if (isCall(node)) return /^(?:round|trunc|floor|ceil|parseInt|BigInt)$/.test(calleeName(node));
  return COUNT.test(pathOf(node)?.at(-1) ?? '');
}

/** `amount: 19.99` in a call that takes minor units. */
function isFractionalLiteral(module: SourceModule, property: Node, node: Node): boolean {
  return (
    isType(node, 'NumericLiteral') &&
    !Number.isInteger(node.value) &&
    callAround(module, property, (call) => isStripeCall(module, call))
  );
}

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
