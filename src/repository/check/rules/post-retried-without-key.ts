import type { Node } from '@babel/types';
import { isUnsafeRequest } from '../facts/http-calls.ts';
import { retries } from '../facts/retries.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import { CALLS, calleeName, keyName, pathOf, receiverOf } from '../syntax/expressions.ts';
import { contains, isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';
import { interceptorRetries } from './retry-in-interceptor.ts';

const KEY = /idempot/i;

export const postRetriedWithoutKey: Rule = {
  id: 'post-retried-without-key',
  title: 'A request with an effect is repeated without an idempotency key',
  severity: 'error',
  why: 'When the answer is lost after the service has executed, the repetition charges, orders or sends a second time.',
  fix: 'Send an Idempotency-Key that is made once, before the first attempt, and stored with the order. Without such a key, do not repeat.',
  source: 'https://docs.stripe.com/api/idempotent_requests',
  bad: `await retry(() => axios.post(url, order, { timeout: 5_000 }), { retries: 3 });`,
  good: `const headers = { 'Idempotency-Key': order.id };
await retry(() => axios.post(url, order, { headers, timeout: 5_000 }), { retries: 3 });`,
  find: (module) => hits([...inRetries(module), ...behindInterceptors(module)]),
};

function inRetries(module: SourceModule): Node[] {
  const calls = retries(module).flatMap(({ node, body }) => {
    const repeated = isType(node, 'ForStatement', 'WhileStatement', 'DoWhileStatement') ? node.body : body;
    return module
      .within(body, ...CALLS)
      .filter((call) => isUnsafeRequest(module, call) && !hasKey(module, call, repeated));
  });
  return [...new Set(calls)];
}

const MAKES_NEW = /^(?:randomUUID|uuid|uuidv?[147]|v[147]|nanoid|ulid|cuid|createId|randomBytes|random|now)$/i;

/** A key that is made anew for every attempt lets the service take each for a new request. */
function hasFreshKey(module: SourceModule, node: Node, repeated: Node): boolean {
  return module
    .within(node, 'ObjectProperty')
    .filter((property) => KEY.test(keyName(property) ?? ''))
    .flatMap(({ value }) => trace(module, value))
    .flatMap(({ node: end }) => module.within(end, ...CALLS))
    .some((call) => MAKES_NEW.test(calleeName(call)) && contains(repeated, call) && !isMadeOnce(module, call));
}

/** `key ??= randomUUID()`, `key || randomUUID()` */
function isMadeOnce(module: SourceModule, call: Call): boolean {
  const parent = module.parentOf(call);
  return isType(parent, 'LogicalExpression') || (isType(parent, 'AssignmentExpression') && parent.operator !== '=');
}

/** Names and literals that lead to a key count; so does anything in the options that this file cannot tell. */
function hasKey(module: SourceModule, call: Call, repeated: Node): boolean {
  return call.arguments.some((argument, at) => {
    const values = isType(argument, 'SpreadElement') ? [] : trace(module, argument);
    if (isType(argument, 'SpreadElement')) return true;
    if (values.some(({ node }) => hasFreshKey(module, node, repeated))) return false;
    const isLast = at === call.arguments.length - 1 && at > 0;
    return values.some(
      ({ node, path }) => mentionsKey(module, node) || (isLast && path.length === 0 && isOpaque(module, node, call)),
    );
  });
}

/** Options from a parameter or another file. The second argument of `post(url, body)` is the body. */
function isOpaque(module: SourceModule, node: Node, call: Call): boolean {
  if (calleeName(call) === 'post' && call.arguments.length < 3) return false;
  return isType(node, 'Identifier') && module.bindingOf(node) !== undefined;
}

function mentionsKey(module: SourceModule, node: Node): boolean {
  const isKey = (text: string) => KEY.test(text);
  if (module.within(node, 'Identifier').some(({ name }) => isKey(name))) return true;
  if (module.within(node, 'StringLiteral').some(({ value }) => isKey(value))) return true;
  return module.within(node, 'Identifier').some((inner) => {
    const init = module.bindingOf(inner)?.init;
    return init != null && isType(init, 'ObjectExpression') && inner !== node && mentionsDirectly(module, init);
  });
}

const mentionsDirectly = (module: SourceModule, node: Node) =>
  module.within(node, 'Identifier').some(({ name }) => KEY.test(name)) ||
  module.within(node, 'StringLiteral').some(({ value }) => KEY.test(value));

/** An interceptor that repeats whatever failed repeats the POSTs of its instance too. */
function behindInterceptors(module: SourceModule): Node[] {
  return interceptorRetries(module).flatMap(({ instance, handler }) => {
    if (module.within(handler, 'Identifier').some(({ name }) => name === 'method' || KEY.test(name))) return [];
    return module.all(...CALLS).filter((call) => {
      const receiver = receiverOf(call);
      const isOnInstance = receiver !== undefined && pathOf(receiver)?.join('.') === instance;
      return isOnInstance && calleeName(call) === 'post' && !hasKey(module, call, handler);
    });
  });
}
