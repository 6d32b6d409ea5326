import type { Node } from '@babel/types';
import { webhookRoutes } from '../facts/webhook-routes.ts';
import type { Step } from '../facts/webhook-steps.ts';
import { webhookSteps } from '../facts/webhook-steps.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { CALLS, calleeName } from '../syntax/expressions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';

interface Handling {
  handler: FunctionNode;
  steps: readonly Step[];
}

const handlings = perModule((module: SourceModule): readonly Handling[] =>
  webhookRoutes(module).flatMap(({ handler }) =>
    handler === undefined ? [] : [{ handler, steps: webhookSteps(module, handler) }],
  ),
);

const isKept = ({ kind }: Step) => kind === 'record' || kind === 'lookup';
const isEffect = ({ kind }: Step) => kind === 'effect';

/** One finding per handler: its first wrong step. */
const perHandler = (module: SourceModule, find: (handling: Handling) => Step | undefined) =>
  hits(handlings(module).flatMap((handling) => find(handling)?.site ?? []));

export const handlerNotIdempotent: Rule = {
  id: 'handler-not-idempotent',
  title: 'A webhook handler that does not recognise duplicates',
  severity: 'error',
  why: 'Providers deliver at least once, and again when the answer was slow: without the event id every duplicate ships, credits or mails again.',
  fix: 'Insert the event id into a table with a unique key first, and do nothing when it is there already.',
  source: 'https://docs.stripe.com/webhooks#handle-duplicate-events',
  bad: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  await orders.fulfil(event.data.object);
  res.sendStatus(200);
});`,
  good: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  if (await events.insertOnce(event.id)) await orders.fulfil(event.data.object);
  res.sendStatus(200);
});`,
  find: (module) =>
    perHandler(module, ({ steps }) =>
      steps.some(isKept) ? undefined : steps.find((step) => isEffect(step) && !step.repeatable),
    ),
};

export const effectBeforeRecording: Rule = {
  id: 'effect-before-recording',
  title: 'An event is handled before it is recorded',
  severity: 'error',
  why: 'A crash in between forgets that the effect happened, and two deliveries at the same time both find nothing recorded: it happens twice.',
  fix: 'Claim the event id first (unique key, in one transaction with the effect where both are in the same database), then act.',
  source: 'https://docs.stripe.com/webhooks#handle-duplicate-events',
  bad: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  if (await seen.has(event.id)) return res.sendStatus(200);
  await orders.fulfil(event.data.object);
  await seen.add(event.id);
  res.sendStatus(200);
});`,
  good: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  if (!(await seen.add(event.id))) return res.sendStatus(200);
  await orders.fulfil(event.data.object);
  res.sendStatus(200);
});`,
  find: (module) =>
    perHandler(module, ({ steps }) => {
      const recorded = steps.find(({ kind }) => kind === 'record');
      if (recorded === undefined || steps.some(({ transaction }) => transaction)) return undefined;
      return steps
        .slice(0, steps.indexOf(recorded))
        .find((step) => isEffect(step) && !step.repeatable && !areBranches(module, step.site, recorded.site));
    }),
};

export const answeredBeforeDurable: Rule = {
  id: 'answered-before-durable',
  title: 'The delivery is acknowledged before anything is stored',
  severity: 'error',
  why: 'After a 2xx the provider never sends the event again: a crash, a deployment or a failure behind it loses the event for good.',
  fix: 'Store the event (or put it into a durable queue) and wait for that, then answer 2xx, then process.',
  source: 'https://docs.stripe.com/webhooks#acknowledge-events-immediately',
  bad: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  res.sendStatus(200);
  await orders.fulfil(event.id, event.data.object);
});`,
  good: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  await queue.add(event.id, event);
  res.sendStatus(200);
});`,
  find: (module) =>
    perHandler(module, ({ steps }) => {
      const keptAt = steps.findIndex(({ kind, detached }) => kind === 'record' && !detached);
      const beforeKept = keptAt < 0 ? steps : steps.slice(0, keptAt);
      const detached = beforeKept.find((step) => step.detached && step.kind !== 'answer');
      if (detached !== undefined && steps.some(({ kind }) => kind === 'answer')) return detached;
      return beforeKept.find((step) => step.kind === 'answer' && steps.some((later) => follows(module, step, later)));
    }),
};

/** True for work on the event that runs after an answer on the same way through the code. */
function follows(module: SourceModule, answer: Step, later: Step): boolean {
  if (later.kind === 'answer' || later.kind === 'lookup' || startOf(later.site) <= startOf(answer.site)) return false;
  const statement = statementOf(module, answer.site);
  const block = statement === undefined ? undefined : module.parentOf(statement);
  if (
    block === undefined ||
    isType(statement, 'ReturnStatement') ||
    !isType(block, 'BlockStatement', 'SwitchCase', 'Program')
  )
    return false;
  return contains(block, later.site) && !leavesAfter(block, answer.site, later.site);
}

function leavesAfter(block: NodeOf<'BlockStatement' | 'SwitchCase' | 'Program'>, from: Node, to: Node): boolean {
  const statements = isType(block, 'SwitchCase') ? block.consequent : block.body;
  return statements.some(
    (statement) =>
      isType(statement, 'ReturnStatement', 'BreakStatement') &&
      startOf(statement) > startOf(from) &&
      startOf(statement) < startOf(to),
  );
}

function statementOf(module: SourceModule, node: Node): Node | undefined {
  for (const ancestor of module.ancestorsOf(node)) {
    if (isType(ancestor, 'ExpressionStatement', 'ReturnStatement')) return ancestor;
    if (isFunction(ancestor)) return undefined;
  }
  return undefined;
}

/** True for two places of which only one can run. */
function areBranches(module: SourceModule, a: Node, b: Node): boolean {
  for (const ancestor of module.ancestorsOf(a)) {
    if (!contains(ancestor, b)) continue;
    if (isType(ancestor, 'IfStatement', 'ConditionalExpression'))
      return ancestor.alternate != null && contains(ancestor.alternate, b) !== contains(ancestor.alternate, a);
    return isType(ancestor, 'SwitchStatement');
  }
  return false;
}

export const webhookErrorSwallowed: Rule = {
  id: 'webhook-error-swallowed',
  title: 'A failed webhook is acknowledged as if it had worked',
  severity: 'error',
  why: 'The provider sees a 2xx and never sends the event again: what failed here is lost without a trace but a log line.',
  fix: 'Answer 5xx (or pass the error on) so that it is delivered again; or store the event before and mark it as failed.',
  source: 'https://docs.stripe.com/webhooks#behaviors',
  bad: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  try { await orders.fulfil(event.id, event.data.object); } catch (error) { console.error(error.message); }
  res.sendStatus(200);
});`,
  good: `app.post('/webhook', raw, async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  try { await orders.fulfil(event.id, event.data.object); } catch (error) { return res.sendStatus(500); }
  res.sendStatus(200);
});`,
  find: (module) => hits(handlings(module).flatMap((handling) => swallowing(module, handling))),
};

function swallowing(module: SourceModule, { handler, steps }: Handling): Node[] {
  return module.within(handler, 'TryStatement').flatMap(({ block, handler: clause }) => {
    if (!clause || module.functionOf(clause) !== handler) return [];
    const inside = steps.filter(({ site }) => contains(block, site));
    const works = inside.some(
      ({ kind, repeatable }) => kind === 'effect' || (kind === 'record' && !repeatable) || kind === 'lookup',
    );
    const keptBefore = steps.some(({ kind, site }) => kind === 'record' && startOf(site) < startOf(block));
    const keptIn = inside.findIndex(({ kind }) => kind === 'record');
    const keptFirst =
      keptIn >= 0 &&
      inside.slice(0, keptIn).every((step) => !isEffect(step)) &&
      inside.slice(keptIn + 1).some(isEffect);
    return works && !keptBefore && !keptFirst && isSilent(module, clause, steps) ? [clause] : [];
  });
}

/** Nothing in the clause lets the provider or a store know. */
function isSilent(module: SourceModule, clause: NodeOf<'CatchClause'>, steps: readonly Step[]): boolean {
  if (module.within(clause, 'ThrowStatement').length > 0) return false;
  if (steps.some(({ kind, site }) => kind !== 'answer' && contains(clause, site))) return false;
  const calls = module.within(clause, ...CALLS, 'NewExpression');
  if (calls.some((call) => calleeName(call) === 'next')) return false;
  return !module.within(clause, 'NumericLiteral').some(({ value }) => value >= 400 && value < 600);
}
