import type { Node } from '@babel/types';
import type { WebhookRoute } from '../facts/webhook-route.ts';
import { namesOf, webhookRoutes } from '../facts/webhook-routes.ts';
import { webhookSteps } from '../facts/webhook-steps.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { CALLS, calleeName, pathOf, receiverOf } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { contains, endOf, isType, startOf } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';

const VERIFIES =
  /verif|signature|hmac|timingsafe|constructevent|unwrap|authenti|authori|secret|token|validate|guard|protect|allowlist|trusted|x-goog|jwt/i;
const MAX_DEPTH = 3;

export const webhookWithoutVerification: Rule = {
  id: 'webhook-without-verification',
  title: 'A webhook is processed without verifying who sent it',
  severity: 'error',
  why: 'Anybody who knows the address can post an event: a payment that never happened is delivered.',
  fix: 'Verify the signature over the raw body before anything is read from it (stripe.webhooks.constructEvent, or the scheme of the provider).',
  source: 'https://docs.stripe.com/webhooks#verify-official-libraries',
  bad: `app.post('/webhooks/stripe', express.json(), async (req, res) => {
  const event = req.body;
  if (await events.insert(event.id)) await orders.markPaid(event.data.object.id);
  res.sendStatus(200);
});`,
  good: `app.post('/webhooks/stripe', express.raw({ type: '*/*' }), async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  if (await events.insert(event.id)) await orders.markPaid(event.data.object.id);
  res.sendStatus(200);
});`,
  find: (module) =>
    hits(
      webhookRoutes(module)
        .filter((route) => isUnverified(module, route))
        .map(({ node }) => node),
    ),
};

function isUnverified(module: SourceModule, route: WebhookRoute): boolean {
  const { handler, middleware, server } = route;
  if (
    handler === undefined ||
    !webhookSteps(module, handler).some(({ kind }) => kind === 'effect' || kind === 'record')
  )
    return false;
  if (middleware.some((node) => !isKnownHarmless(node))) return false;
  if (server !== undefined && guardedServers(module).has(server)) return false;
  return !mentionsVerification(module, handler, 0);
}

/** Only body parsers and the like are known to verify nothing; any other middleware may. */
const isKnownHarmless = (node: Node) =>
  /(?:^|\s)(?:raw|json|text|urlencoded|bodyParser|cors|helmet|morgan|rateLimit|limiter)(?:\s|$)/i.test(namesOf(node));

/** The servers and routers that use something that may verify, as written. */
const guardedServers = perModule((module: SourceModule): ReadonlySet<string> => {
  const guards = module.all(...CALLS).filter((call) => {
    if (!/^(?:use|addHook)$/.test(calleeName(call))) return false;
    return call.arguments.some((argument) => VERIFIES.test(module.text.slice(startOf(argument), endOf(argument))));
  });
  return new Set(guards.flatMap((call) => pathOf(receiverOf(call) ?? call)?.join('.') ?? []));
});

function mentionsVerification(module: SourceModule, outer: FunctionNode, depth: number): boolean {
  const names = module.within(outer, 'Identifier').map(({ name }) => name);
  const texts = module.within(outer, 'StringLiteral').map(({ value }) => value);
  if ([...names, ...texts].some((name) => VERIFIES.test(name))) return true;
  if (passesRequestOn(module, outer)) return true;
  if (depth >= MAX_DEPTH) return false;
  return module.within(outer, ...CALLS).some((call) => {
    const inner = resolveFunction(module, call.callee);
    return (
      inner !== undefined &&
      !contains(outer, inner) &&
      !contains(inner, outer) &&
      mentionsVerification(module, inner, depth + 1)
    );
  });
}

/** A function of another file that is given the whole request may verify it. */
function passesRequestOn(module: SourceModule, outer: FunctionNode): boolean {
  const [request] = outer.params;
  if (!isType(request, 'Identifier')) return false;
  return module
    .within(outer, ...CALLS)
    .some((call) =>
      call.arguments.some((argument) => isType(argument, 'Identifier') && argument.name === request.name),
    );
}
