import type { Node } from '@babel/types';
import { isStripeCall, requestsIn, stripeClientOf } from '../facts/http-calls.ts';
import type { Repeated } from '../facts/retries.ts';
import { retries } from '../facts/retries.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import { argumentAt, CALLS, calleeName, pathOf, propertyOf, receiverOf } from '../syntax/expressions.ts';
import { contains, isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { importOf, objectOf } from '../syntax/values.ts';

export const retryMultiplied: Rule = {
  id: 'retry-multiplied',
  title: 'A retry around something that retries itself',
  severity: 'warning',
  why: 'Retries multiply: three outer attempts around a Stripe client with its default of two retries send nine requests at a service that is already failing.',
  fix: 'Retry in one place: set maxNetworkRetries: 0 under an outer retry, or leave the outer one out.',
  source: 'https://github.com/stripe/stripe-node#network-retries',
  bad: `const stripe = new Stripe(key, { maxNetworkRetries: 2 });
await retry(() => stripe.customers.retrieve(id));`,
  good: `const stripe = new Stripe(key, { maxNetworkRetries: 0 });
await retry(() => stripe.customers.retrieve(id));`,
  find(module) {
    const repeated = retries(module);
    const around = repeated.filter(({ body }) => sendsThroughRetryingClient(module, body));
    const nested = repeated.filter(
      (inner) => repeated.some((outer) => isAround(outer, inner)) && requestsIn(module, inner.body).length > 0,
    );
    return hits([...around, ...nested].map(({ node }) => node));
  },
};

const isAround = (outer: Repeated, inner: Repeated) =>
  outer.body !== inner.body && outer.node !== inner.node && contains(outer.body, inner.node);

function sendsThroughRetryingClient(module: SourceModule, body: Node): boolean {
  return module.within(body, ...CALLS).some((call) => {
    if (isStripeCall(module, call)) {
      const client = stripeClientOf(module, call);
      return client !== undefined && retriesItself(module, client) && !turnsRetriesOff(module, call);
    }
    return isOnRetryingAxios(module, call);
  });
}

/** stripe-node retries twice unless told otherwise. */
function retriesItself(module: SourceModule, client: Call): boolean {
  const options = argumentAt(client, 1);
  if (options === undefined) return true;
  const object = objectOf(module, options);
  if (object === undefined) return false;
  const setting = propertyOf(object, /^maxNetworkRetries$/);
  if (setting === 'unknown') return false;
  return setting === undefined || (isType(setting, 'NumericLiteral') && setting.value > 0);
}

const turnsRetriesOff = (module: SourceModule, call: Call) =>
  call.arguments.some((argument) => {
    const object = objectOf(module, argument);
    return object !== undefined && propertyOf(object, /^maxNetworkRetries$/) !== undefined;
  });

/** `axiosRetry(client, …)` on the instance that the call is made on. */
function isOnRetryingAxios(module: SourceModule, call: Call): boolean {
  const receiver = receiverOf(call);
  const name = receiver === undefined ? undefined : pathOf(receiver)?.join('.');
  if (name === undefined) return false;
  return module.all(...CALLS).some((other) => {
    const target = argumentAt(other, 0);
    const isSetUp = importOf(module, other.callee)?.source === 'axios-retry' || calleeName(other) === 'axiosRetry';
    return isSetUp && target !== undefined && pathOf(target)?.join('.') === name;
  });
}
