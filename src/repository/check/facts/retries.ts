import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import { CALLS, calleeName, MEMBERS, pathOf, propertyName } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { contains, isType } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';
import { importOf } from '../syntax/values.ts';

/** Code that runs more than once when it fails. */
export interface Repeated {
  /** The call of a retry function, or the loop. */
  node: Node;
  /** What is repeated. */
  body: Node;
}

const RETRY_NAME = /^(?:.*(?:retry|retries|retrying|backoff).*)$/i;
const NOT_A_RETRY =
  /^(?:is|should|can|may|has|get|max|parse|no|create|build|make|compute|calculate|set|on|log)[A-Z]|^retryable|RetryAfter|^retryAfter|^axiosRetry$|delay$|Policy$/;
const RETRY_PACKAGE = /^(?:p-retry|async-retry|promise-retry|ts-retry-promise|exponential-backoff|retry)$/;

/** The retries of a file: functions named or imported as such, with what they are given, and loops around a `try`. */
export const retries = perModule((module: SourceModule): readonly Repeated[] => [
  ...module.all(...CALLS).flatMap((call) => retryCall(module, call)),
  ...module.all('ForStatement', 'WhileStatement', 'DoWhileStatement').flatMap((loop) => retryLoop(module, loop)),
]);

function retryCall(module: SourceModule, call: Call): Repeated[] {
  if (!isRetryFunction(module, call)) return [];
  return call.arguments.flatMap((argument) => {
    const body = resolveFunction(module, argument);
    return body === undefined ? [] : [{ node: call, body }];
  });
}

export function isRetryFunction(module: SourceModule, call: Call): boolean {
  const name = calleeName(call);
  const path = pathOf(call.callee);
  if (RETRY_PACKAGE.test(importOf(module, call.callee)?.source ?? '')) return true;
  // cockatiel: policy.execute(() => …)
  if (name === 'execute') return /retry/i.test(path?.at(-2) ?? '');
  return RETRY_NAME.test(name) && !NOT_A_RETRY.test(name);
}

type Loop = NodeOf<'ForStatement' | 'WhileStatement' | 'DoWhileStatement'>;
const COUNTS_ATTEMPTS = /attempt|retr|tries|\btry\b/i;

function retryLoop(module: SourceModule, loop: Loop): Repeated[] {
  const attempt = module.within(loop.body, 'TryStatement').find((inner) => nearestLoop(module, inner) === loop);
  if (attempt === undefined || !leavesOnSuccess(module, attempt, loop)) return [];
  const counts = namesIn(module, loop);
  return isEndless(loop) ||
    counts.some((name) => COUNTS_ATTEMPTS.test(name)) ||
    waitsAndRepeats(module, loop, attempt, counts)
    ? [{ node: loop, body: attempt.block }]
    : [];
}

/** After a failure it waits and does the same again; a loop that tries the next of a list uses what it counts with. */
function waitsAndRepeats(
  module: SourceModule,
  loop: Loop,
  { block, handler }: NodeOf<'TryStatement'>,
  counts: readonly string[],
): boolean {
  const isList = [loop.test, block].some((node) => node != null && stepsThrough(module, node, counts));
  const pauses = module.within(loop.body, ...CALLS).filter((call) => isPause(call) && !contains(block, call));
  return handler != null && pauses.length > 0 && !isList;
}

function stepsThrough(module: SourceModule, node: Node, counts: readonly string[]): boolean {
  const members = module.within(node, ...MEMBERS);
  return members.some((member) =>
    member.computed
      ? module.within(member.property, 'Identifier').some(({ name }) => counts.includes(name))
      : /^(?:length|size)$/.test(propertyName(member) ?? ''),
  );
}

/** `sleep(…)`, `setTimeout(…)` */
export const isPause = (call: Call): boolean => /sleep|delay|wait|pause|backoff|setTimeout/i.test(calleeName(call));

function nearestLoop(module: SourceModule, node: Node): Node | undefined {
  for (const ancestor of module.ancestorsOf(node)) {
    if (isFunction(ancestor)) return undefined;
    if (isType(ancestor, 'ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForOfStatement', 'ForInStatement'))
      return ancestor;
  }
  return undefined;
}

export function isEndless(loop: Loop): boolean {
  if (loop.test === null || loop.test === undefined) return true;
  return (
    (isType(loop.test, 'BooleanLiteral') && loop.test.value) ||
    (isType(loop.test, 'NumericLiteral') && loop.test.value !== 0)
  );
}

/** A loop that ends when an attempt succeeds; a worker's loop goes on. */
function leavesOnSuccess(module: SourceModule, { block }: NodeOf<'TryStatement'>, loop: Loop): boolean {
  return module.within(block, 'ReturnStatement', 'BreakStatement').some((leave) => {
    const outer = module.functionOf(leave);
    return outer !== undefined && contains(outer, loop) ? true : outer === undefined;
  });
}

function namesIn(module: SourceModule, loop: Loop): string[] {
  const heads = isType(loop, 'ForStatement') ? [loop.init, loop.test] : [loop.test];
  return heads
    .filter((head) => head != null)
    .flatMap((head) => module.within(head, 'Identifier').map(({ name }) => name));
}
