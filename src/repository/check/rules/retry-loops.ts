import type { Node } from '@babel/types';
import { isLogCall } from '../facts/logging.ts';
import { isEndless, isPause, retries } from '../facts/retries.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import { CALLS, calleeName, isCall, pathOf, unwrap } from '../syntax/expressions.ts';
import { functionName } from '../syntax/functions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';

export const unboundedRetry: Rule = {
  id: 'unbounded-retry',
  title: 'A retry without an end',
  severity: 'error',
  why: 'While a service is down every caller repeats for ever: requests pile up here and keep the service down there.',
  fix: 'Bound attempts and total time, and give the last error back.',
  source: 'https://sre.google/sre-book/addressing-cascading-failures/',
  bad: `async function load() {
  while (true) {
    try { return await client.get('/report'); } catch { await sleep(1_000); }
  }
}`,
  good: `async function load() {
  for (let attempt = 1; ; attempt += 1) {
    try { return await client.get('/report'); } catch (error) {
      if (attempt === 3) throw error;
      await sleep(backoffWithJitter(attempt));
    }
  }
}`,
  find: (module) => hits([...endlessLoops(module), ...endlessRecursion(module)]),
};

function endlessLoops(module: SourceModule): Node[] {
  return retries(module).flatMap(({ node, body }) => {
    if (!isType(node, 'ForStatement', 'WhileStatement', 'DoWhileStatement') || !isEndless(node)) return [];
    const attempt = module.parentOf(body);
    const waits = module.within(body, 'AwaitExpression').length > 0;
    const ends = module.within(node.body, 'IfStatement').some((choice) => isEnd(module, choice, body));
    return waits && isType(attempt, 'TryStatement') && attempt.handler && !leaves(module, attempt.handler) && !ends
      ? [node]
      : [];
  });
}

/** An `if` that ends the loop for another reason than success. What is thrown inside the attempt does not leave the loop. */
function isEnd(module: SourceModule, choice: NodeOf<'IfStatement'>, attempt: Node): boolean {
  if (!contains(attempt, choice)) return leaves(module, choice);
  const left = module.within(choice, 'ReturnStatement', 'BreakStatement').length > 0;
  return left && !isSuccess(module, choice, attempt);
}

/** `if (response.ok) return response`, with nothing done after it: a worker goes on with what it got. */
function isSuccess(module: SourceModule, { test, end }: NodeOf<'IfStatement'>, attempt: Node): boolean {
  const names = module.within(test, 'Identifier').filter((name) => module.bindingOf(name) !== undefined);
  const isResult = (name: NodeOf<'Identifier'>) => {
    const { init, assigned = [] } = module.bindingOf(name) ?? {};
    return [init, ...assigned].some(
      (value) => value !== undefined && contains(attempt, value) && module.within(value, 'AwaitExpression').length > 0,
    );
  };
  const after = module.within(attempt, ...CALLS).filter((call) => startOf(call) >= (end ?? 0));
  return names.length > 0 && names.every(isResult) && after.every((call) => isPause(call) || isLogCall(call));
}

const leaves = (module: SourceModule, node: Node) =>
  module.within(node, 'ThrowStatement', 'ReturnStatement', 'BreakStatement').length > 0;

/** `catch { return load(url); }`: a function that repeats itself and counts nothing. */
function endlessRecursion(module: SourceModule): Node[] {
  return module.all('CatchClause').flatMap((handler) => {
    const outer = module.functionOf(handler);
    const name = outer === undefined ? undefined : functionName(module, outer);
    if (outer === undefined || name === undefined) return [];
    return module
      .within(handler, ...CALLS)
      .filter(
        (call) => isCallOf(call, name) && !isConditional(module, call, handler) && !passesOther(module, call, handler),
      );
  });
}

function isCallOf(call: Call, name: string): boolean {
  const path = pathOf(call.callee)?.join('.');
  return path === name || path === `this.${name}`;
}

/** `load(url, attempts - 1)` ends where the function looks at its count; `done(error)` is told what failed. */
function passesOther(module: SourceModule, call: Call, { param }: NodeOf<'CatchClause'>): boolean {
  return call.arguments.some((argument) => {
    if (isType(argument, 'Identifier') && isType(param, 'Identifier') && argument.name === param.name) return true;
    return module.within(argument, 'BinaryExpression', 'UpdateExpression', 'ObjectExpression').length > 0;
  });
}

function isConditional(module: SourceModule, node: Node, end: Node): boolean {
  for (const ancestor of module.ancestorsOf(node)) {
    if (ancestor === end) break;
    if (isType(ancestor, 'IfStatement', 'ConditionalExpression', 'SwitchCase', 'LogicalExpression')) return true;
  }
  return module.within(end, 'IfStatement').some((choice) => leaves(module, choice) && choice !== node);
}

export const retryWithoutJitter: Rule = {
  id: 'retry-without-jitter',
  title: 'Exponential backoff without jitter',
  severity: 'info',
  why: 'Clients that failed together repeat together: each wave hits the service at the same moment.',
  fix: 'Wait a random time up to the backoff: Math.random() * Math.min(maxMs, baseMs * 2 ** attempt).',
  source: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
  bad: `async function retry(send, retries) {
  for (let attempt = 0; attempt < retries; attempt += 1) {
    try { return await send(); } catch { await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt)); }
  }
  throw new Error('gave up');
}`,
  good: `async function retry(send, retries) {
  for (let attempt = 0; attempt < retries; attempt += 1) {
    try { return await send(); } catch { await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt)); }
  }
  throw new Error('gave up');
}`,
  find(module) {
    const loops = retries(module).filter(({ node }) => !isCall(node));
    if (module.all('Identifier').some(({ name }) => /jitter|^random$|^random(?:Int|Between|In)/i.test(name))) return [];
    return hits(loops.map(({ node }) => node).filter((node) => grows(module, node)));
  },
};

/** `2 ** n`, `Math.pow(2, n)`, `delay *= 2`, `delay = delay * 2`, inside the function of the loop. */
function grows(module: SourceModule, loop: Node): boolean {
  const powers = module.within(loop, 'BinaryExpression').some(({ operator }) => operator === '**' || operator === '<<');
  const called = module.within(loop, ...CALLS).some((call) => calleeName(call) === 'pow');
  const doubled = module.within(loop, 'AssignmentExpression').some((assignment) => isDoubling(assignment));
  return (powers || called || doubled) && module.within(loop, ...CALLS).some(isPause);
}

function isDoubling({ operator, left, right }: NodeOf<'AssignmentExpression'>): boolean {
  if (!/delay|wait|backoff|sleep|ms/i.test(pathOf(left)?.at(-1) ?? '')) return false;
  const value = unwrap(right);
  return (
    operator === '*=' ||
    (isType(value, 'BinaryExpression') && value.operator === '*') ||
    (!isFunction(value) && isCall(value) && calleeName(value) === 'min')
  );
}
