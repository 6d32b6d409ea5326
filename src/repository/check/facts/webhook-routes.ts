import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import {
  argumentAt,
  CALLS,
  calleeName,
  isCall,
  isMember,
  keyName,
  pathOf,
  propertyOf,
  receiverOf,
  unwrap,
} from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { isType } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';
import { textOf } from '../syntax/values.ts';
import { fileRoutes } from './file-routes.ts';
import type { WebhookRoute } from './webhook-route.ts';

/** `/webhook`, `/stripe-hooks`, `/api/stripeWebhook`, `/webhook2`; not `/createWebhook`, which manages them. */
const WEBHOOK_PATH =
  /(?:(?:^|[/_.-])(?:web-?)?hooks?|(?<!(?:create|add|register|update|edit|delete|remove|list|test|new|manage|get|set)[_-]?)webhooks?\d*)(?:[/_.-]|$)/i;
const WEBHOOK_NAME = /webhook/i;
/** `webhooks/stripe.ts`, `stripe.webhook.ts`, `app/api/webhook/route.ts`. */
const WEBHOOK_FILE = /webhooks?(?:[/._-]|$)/i;
const REGISTERS: ReadonlySet<string> = new Set(['post', 'all']);

/** Every webhook route that a file registers. */
export const webhookRoutes = perModule((module: SourceModule): readonly WebhookRoute[] => [
  ...module.all(...CALLS).flatMap((call) => registeredRoute(module, call) ?? []),
  ...fileRoutes(module).filter(({ handler }) => WEBHOOK_FILE.test(module.path) || verifiesEvent(module, handler)),
]);

/** A handler that takes a delivery apart is a webhook's, whatever its path. */
const verifiesEvent = (module: SourceModule, handler: FunctionNode | undefined) =>
  handler !== undefined && module.within(handler, ...CALLS).some((call) => /^constructEvent/.test(calleeName(call)));

function registeredRoute(module: SourceModule, call: Call): WebhookRoute | undefined {
  const name = calleeName(call);
  const receiver = receiverOf(call);
  if (receiver === undefined) return undefined;
  // `express.Router().post(…)` registers on what has no name.
  const server = pathOf(receiver)?.join('.') ?? '';
  if (name === 'route') return routeObject(module, call, server);
  const path = textOf(module, argumentAt(call, 0));
  if (!REGISTERS.has(name) || path === undefined || call.arguments.length < 2) return undefined;
  const nodes = call.arguments.slice(1).flatMap(inArrays).map(unwrap);
  const last = nodes.at(-1);
  const handler = resolveFunction(module, last);
  if (last === undefined || isType(last, 'ObjectExpression', 'StringLiteral')) return undefined;
  const isWebhook =
    WEBHOOK_PATH.test(path) ||
    (WEBHOOK_FILE.test(module.path) && handler !== undefined) ||
    verifiesEvent(module, handler) ||
    WEBHOOK_NAME.test(namesOf(last));
  return isWebhook && path.startsWith('/')
    ? { node: call, server, path, middleware: nodes.slice(0, -1), handler }
    : undefined;
}

const inArrays = (node: Node): Node[] =>
  isType(node, 'ArrayExpression') ? node.elements.filter((element) => element !== null) : [node];

/** `fastify.route({ method: 'POST', url: '/webhook', handler })` */
function routeObject(module: SourceModule, call: Call, server: string): WebhookRoute | undefined {
  const options = argumentAt(call, 0);
  if (!isType(options, 'ObjectExpression')) return undefined;
  const [url, handler] = [propertyOf(options, /^(?:url|path)$/), propertyOf(options, /^handler$/)];
  const path = url === undefined || url === 'unknown' ? undefined : textOf(module, url);
  if (path === undefined || handler === undefined || handler === 'unknown' || !WEBHOOK_PATH.test(path))
    return undefined;
  const middleware = options.properties.filter(
    (property) => !isType(property, 'SpreadElement') && /^pre|^on/.test(keyName(property) ?? ''),
  );
  return { node: call, server, path, middleware, handler: resolveFunction(module, handler) };
}

/** All names in an expression, joined: what a reader would go by. */
export function namesOf(node: Node): string {
  const inner = unwrap(node);
  if (isCall(inner)) return [calleeName(inner), ...inner.arguments.map(namesOf), namesOf(inner.callee)].join(' ');
  if (isType(inner, 'Identifier')) return inner.name;
  if (isMember(inner)) return (pathOf(inner) ?? []).join('.');
  return isType(inner, 'FunctionExpression') ? (inner.id?.name ?? '') : '';
}

/** `app.use('/webhooks', webhookRouter)`: routers of other files that receive webhooks. */
export const webhookMounts = perModule((module: SourceModule): readonly WebhookRoute[] =>
  module.all(...CALLS).flatMap((call) => mountedRouter(module, call) ?? []),
);

function mountedRouter(module: SourceModule, call: Call): WebhookRoute | undefined {
  const receiver = receiverOf(call);
  const server = receiver === undefined ? undefined : pathOf(receiver)?.join('.');
  const nodes = call.arguments.map(unwrap).filter((node) => !isType(node, 'StringLiteral', 'TemplateLiteral'));
  const last = nodes.at(-1);
  if (calleeName(call) !== 'use' || server === undefined || last === undefined) return undefined;
  const path = textOf(module, argumentAt(call, 0)) ?? '/';
  const name = namesOf(last);
  const isWebhook = WEBHOOK_PATH.test(path) || WEBHOOK_NAME.test(name);
  const isForeign = isRouterName(name) && resolveFunction(module, last) === undefined;
  return isWebhook && isForeign
    ? { node: call, server, path, middleware: nodes.slice(0, -1), handler: undefined }
    : undefined;
}

const isRouterName = (name: string) => /router|routes|webhook/i.test(name) && !/verif|raw|auth|sign/i.test(name);
