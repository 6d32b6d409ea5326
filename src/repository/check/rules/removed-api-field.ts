import type { Node } from '@babel/types';
import type { Hit, Rule } from '../rule.ts';
import { CALLS, calleeName, isCall, keyName, MEMBERS, pathOf, propertyName } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { Binding } from '../syntax/scope.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';
import type { Value } from '../syntax/values.ts';
import { trace } from '../syntax/values.ts';

/** Fields that Stripe moved in 2025-03-31.basil, by object, and where their content is since. */
const MOVED: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'subscription',
    new Map([
      ['current_period_start', 'subscription.items.data[].current_period_start'],
      ['current_period_end', 'subscription.items.data[].current_period_end'],
    ]),
  ],
  [
    'invoice',
    new Map([
      ['payment_intent', 'invoice.payments (expand it) or invoice.confirmation_secret'],
      ['charge', 'invoice.payments'],
      ['paid', "invoice.status === 'paid'"],
      ['paid_out_of_band', 'invoice.payments'],
      ['subscription', 'invoice.parent.subscription_details.subscription'],
      ['subscription_details', 'invoice.parent.subscription_details'],
      ['tax', 'invoice.total_taxes'],
    ]),
  ],
  ['charge', new Map([['invoice', 'the invoice payments of its payment intent']])],
  ['payment_intent', new Map([['invoice', 'the invoice payments of the payment intent']])],
]);
/** Calls that went away with the same version. */
const REMOVED_CALLS: ReadonlyMap<string, string> = new Map([
  ['retrieveUpcoming', 'invoices.createPreview'],
  ['listUpcomingLines', 'invoices.createPreview'],
  ['createUsageRecord', 'billing meters (billing.meterEvents.create)'],
  ['listUsageRecordSummaries', 'billing meters'],
]);

export const removedApiField: Rule = {
  id: 'removed-api-field',
  title: 'A field that the API no longer has',
  severity: 'error',
  why: 'Stripe moved it in version 2025-03-31.basil: it is undefined now, and dates become Invalid Date, lookups find nothing.',
  fix: 'Read it from its new place, or pin the API version that the code was written for (apiVersion).',
  source: 'https://docs.stripe.com/changelog/basil',
  bad: `const subscription = await stripe.subscriptions.retrieve(id);
const end = new Date(subscription.current_period_end * 1000);`,
  good: `const subscription = await stripe.subscriptions.retrieve(id);
const end = new Date(subscription.items.data[0].current_period_end * 1000);`,
  find: (module, facts) =>
    facts.stripeSinceBasil && usesStripe(module) ? [...movedFields(module), ...removedCalls(module)] : [],
};

const usesStripe = perModule((module: SourceModule): boolean => {
  const named = module.all('Identifier').some(({ name }) => /stripe/i.test(name));
  return named || module.all('StringLiteral').some(({ value }) => /stripe/i.test(value));
});

function movedFields(module: SourceModule): Hit[] {
  const accessed = module.all(...MEMBERS).flatMap((member) => {
    const field = propertyName(member);
    return field === undefined || isAssigned(module, member) ? [] : moved(module, member, member.object, field);
  });
  return [...accessed, ...destructured(module)];
}

/** The hit for a field that is read from an expression. */
function moved(module: SourceModule, node: Node, object: Node, field: string): Hit[] {
  if (![...MOVED.values()].some((fields) => fields.has(field))) return [];
  const kinds = trace(module, object).map((value) => objectKind(module, value) ?? '');
  const place = kinds.map((kind) => MOVED.get(kind)?.get(field)).find((found) => found !== undefined);
  return place === undefined ? [] : [{ node, detail: `Since basil: ${place}.` }];
}

function isAssigned(module: SourceModule, member: Node): boolean {
  const parent = module.parentOf(member);
  return isType(parent, 'AssignmentExpression') && parent.left === member;
}

/** `const { current_period_end } = subscription` */
function destructured(module: SourceModule): Hit[] {
  return module.all('VariableDeclarator').flatMap(({ id, init }) => {
    if (!isType(id, 'ObjectPattern') || init == null) return [];
    return id.properties.flatMap((property) => {
      const field = isType(property, 'ObjectProperty') ? keyName(property) : undefined;
      return field === undefined ? [] : moved(module, property, init, field);
    });
  });
}

const COLLECTIONS: ReadonlyMap<string, string> = new Map([
  ['subscriptions', 'subscription'],
  ['invoices', 'invoice'],
  ['charges', 'charge'],
  ['paymentIntents', 'payment_intent'],
]);
const RETURNS_OBJECT =
  /^(?:retrieve|create|update|cancel|resume|finalizeInvoice|pay|sendInvoice|voidInvoice|confirm|capture|del)$/;

/** Which Stripe object a value is; undefined where its origin does not tell. */
function objectKind(module: SourceModule, value: Value): string | undefined {
  const { node, path } = value;
  if (isCall(node) && path.length === 0 && RETURNS_OBJECT.test(calleeName(node))) {
    const callee = pathOf(node.callee);
    return COLLECTIONS.get(callee?.at(-2) ?? '');
  }
  if (path.slice(-2).join('.') === 'data.object') return kindOfCase(module, value);
  return value.binding?.kind === 'parameter' && path.length === 0 ? kindOfParameter(module, value.binding) : undefined;
}

/** `event.data.object` is what all the event types of the file have in common. */
function kindOfCase(module: SourceModule, { node }: Value): string | undefined {
  const outer = module.functionOf(node);
  const labels = module.within(outer ?? node, 'StringLiteral').map(({ value }) => kindOfEvent(value));
  const kinds = new Set(labels.filter((kind) => kind !== undefined));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function kindOfEvent(type: string): string | undefined {
  if (/^customer\.subscription\./.test(type)) return 'subscription';
  if (/^invoice\.[a-z_]+$/.test(type)) return 'invoice';
  if (/^payment_intent\.[a-z_]+$/.test(type)) return 'payment_intent';
  return /^charge\.(?!dispute)[a-z_]+$/.test(type) ? 'charge' : undefined;
}

/** `subscription: Stripe.Subscription`, or `handleSubscriptionCreated(subscription)`. */
function kindOfParameter(module: SourceModule, { name, node: outer }: Binding): string | undefined {
  if (!isFunction(outer)) return undefined;
  const kind = name
    .replace(/^stripe_?/i, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
  const parameter = outer.params.find((item) => isType(item, 'Identifier') && item.name === name);
  const type = isType(parameter, 'Identifier') ? parameter.typeAnnotation : undefined;
  if (type != null) {
    const text = module.text.slice(type.start ?? 0, type.end ?? 0).replace(/^:\s*/, '');
    const stripeType = /^Stripe\.(?:Response<Stripe\.)?(Subscription|Invoice|Charge|PaymentIntent)>?$/.exec(text)?.[1];
    if (stripeType !== undefined) return stripeType.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    if (text !== 'any' && text !== 'unknown') return undefined;
  }
  return MOVED.has(kind) && isEventHandler(module, outer) ? kind : undefined;
}

function isEventHandler(module: SourceModule, outer: Node): boolean {
  const parent = module.parentOf(outer);
  const key = isType(outer, 'ClassMethod', 'ObjectMethod')
    ? outer.key
    : isType(outer, 'FunctionDeclaration')
      ? outer.id
      : isType(parent, 'VariableDeclarator')
        ? parent.id
        : undefined;
  return isType(key, 'Identifier') && /^(?:handle|on|process|sync)[A-Z]/.test(key.name);
}

function removedCalls(module: SourceModule): Hit[] {
  return module.all(...CALLS).flatMap((call): Hit[] => {
    const replacement = REMOVED_CALLS.get(calleeName(call));
    const path = pathOf(call.callee);
    const isStripe = path?.some((name) => /stripe|^invoices$|^subscriptionItems$/i.test(name)) ?? false;
    return replacement !== undefined && isStripe ? [{ node: call, detail: `Since basil: ${replacement}.` }] : [];
  });
}
