import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import {
  argumentAt,
  CALLS,
  calleeName,
  isCall,
  literalText,
  pathOf,
  propertyOf,
  receiverOf,
} from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { importOf, objectOf, trace } from '../syntax/values.ts';

const BODY_METHODS: ReadonlySet<string> = new Set(['post', 'put', 'patch']);
const BARE_METHODS: ReadonlySet<string> = new Set(['get', 'delete', 'head', 'options']);

/** True for `fetch` of the platform or of a package that stands in for it. */
export function isFetch(module: SourceModule, call: Call): boolean {
  const { callee } = call;
  const path = pathOf(callee);
  if (path?.length === 2 && path[0] === 'globalThis' && path[1] === 'fetch') return true;
  if (!isType(callee, 'Identifier') || callee.name !== 'fetch') return false;
  const source = importOf(module, callee)?.source;
  return source === undefined
    ? module.bindingOf(callee) === undefined
    : /^(?:node-fetch|undici|cross-fetch|whatwg-fetch)$/.test(source);
}

/** The package's own functions: `axios(…)`, `axios.get(…)`, not those of an instance. */
export function isDirectCall(module: SourceModule, call: Call, source: string): boolean {
  if (importOf(module, call.callee)?.source !== source) return false;
  const root = pathOf(call.callee);
  return (
    root !== undefined &&
    trace(module, call.callee).every(({ node }) => !isCall(node) || calleeName(node) === 'require')
  );
}

/** Where the options of an axios-like call stand. */
export function optionsOf(call: Call): { node: Node | undefined; given: boolean } {
  const name = calleeName(call);
  const at = BODY_METHODS.has(name)
    ? 2
    : BARE_METHODS.has(name)
      ? 1
      : literalText(argumentAt(call, 0)) === undefined
        ? 0
        : 1;
  const node = argumentAt(call, at);
  return { node, given: node !== undefined };
}

/** Whether options set a property: unknown where they come from elsewhere. */
export function sets(module: SourceModule, options: Node | undefined, names: RegExp): 'yes' | 'no' | 'unknown' {
  if (options === undefined) return 'no';
  const object = objectOf(module, options);
  if (object === undefined) return 'unknown';
  const found = propertyOf(object, names);
  if (found === 'unknown') return 'unknown';
  return found === undefined ? 'no' : 'yes';
}

/** A request that has an effect: `client.post(…)`, `fetch(…, { method: 'POST' })`, `stripe.x.create(…)`, `sgMail.send(…)`. */
export function isUnsafeRequest(module: SourceModule, call: Call): boolean {
  const name = calleeName(call);
  if (isFetch(module, call)) return methodOf(module, argumentAt(call, 1)) === 'POST';
  const receiver = receiverOf(call);
  if (receiver === undefined)
    return methodOf(module, argumentAt(call, 0)) === 'POST' && importOf(module, call.callee) !== undefined;
  if (name === 'post') return !/^(?:app|router|server|fastify)$/i.test(pathOf(receiver)?.at(-1) ?? '');
  if (name === 'request') return methodOf(module, argumentAt(call, 0)) === 'POST';
  return isStripeCall(module, call) && /^(?:create|capture|confirm|pay)/.test(name);
}

function methodOf(module: SourceModule, options: Node | undefined): string | undefined {
  const object = objectOf(module, options);
  const method = object === undefined ? undefined : propertyOf(object, /^method$/);
  return method === undefined || method === 'unknown' ? undefined : literalText(method)?.toUpperCase();
}

/** A call on the official Stripe library: `stripe.paymentIntents.create`. */
export function isStripeCall(module: SourceModule, call: Call): boolean {
  const path = pathOf(call.callee);
  if (path === undefined || path.length < 3) return false;
  return (
    stripeClientOf(module, call) !== undefined || path.slice(0, -2).some((name) => /^_?stripe(?:Client)?$/i.test(name))
  );
}

/** The `new Stripe(…)` that a call is made on, when this file holds it. */
export function stripeClientOf(module: SourceModule, call: Call): Call | undefined {
  for (const { node } of trace(module, call.callee)) {
    const isNew = isType(node, 'NewExpression') || isCall(node);
    if (isNew && isStripeConstructor(module, node)) return node;
  }
  return undefined;
}

export function isStripeConstructor(module: SourceModule, call: Call): boolean {
  const imported = importOf(module, call.callee);
  if (imported !== undefined) return imported.source === 'stripe' && imported.path.length === 1;
  const { callee } = call;
  return isCall(callee) && calleeName(callee) === 'require' && literalText(argumentAt(callee, 0)) === 'stripe';
}

/** Every outgoing request that can be told as such. */
export function isRequest(module: SourceModule, call: Call): boolean {
  if (isFetch(module, call) || isStripeCall(module, call)) return true;
  const source = importOf(module, call.callee)?.source;
  if (source !== undefined && /^(?:axios|got|ky|superagent|node-fetch|undici|needle)$/.test(source)) return true;
  const receiver = receiverOf(call);
  const isMethod =
    BODY_METHODS.has(calleeName(call)) || BARE_METHODS.has(calleeName(call)) || calleeName(call) === 'request';
  return (
    isMethod && receiver !== undefined && /(?:client|http|api|axios|instance)$/i.test(pathOf(receiver)?.at(-1) ?? '')
  );
}

export const requestsIn = (module: SourceModule, outer: Node): Call[] =>
  module.within(outer, ...CALLS).filter((call) => isRequest(module, call));
