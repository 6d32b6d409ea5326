import type { Node } from '@babel/types';
import { isDirectCall } from '../facts/http-calls.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import { argumentAt, CALLS, calleeName, pathOf, propertyOf, receiverOf } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { importOf, objectOf } from '../syntax/values.ts';
import { interceptors } from './retry-in-interceptor.ts';

export const clientErrorCountsAsFailure: Rule = {
  id: 'client-error-counts-as-failure',
  title: "The breaker counts the caller's own errors",
  severity: 'warning',
  why: 'A 4xx (a declined card, a bad argument) says that the service works. Counted as failures, a few bad requests lock everybody out.',
  fix: 'Count only what says that the service is unwell: no answer, timeouts, 5xx and, apart, 429.',
  source: 'https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker',
  bad: `client.interceptors.response.use(undefined, (error) => {
  breaker.recordFailure();
  throw error;
});`,
  good: `client.interceptors.response.use(undefined, (error) => {
  if (!error.response || error.response.status >= 500) breaker.recordFailure();
  throw error;
});`,
  find: (module) => hits([...recordedBlindly(module), ...libraries(module)]),
};

const RECORDS_FAILURE =
  /^(?:record|on|report|register|note|add|count|mark)_?(?:failure|fail|error)$|^(?:failure|fail|trip)$/i;

function recordedBlindly(module: SourceModule): Node[] {
  const handlers = [
    ...interceptors(module, 'response').flatMap(({ rejected }) => rejected ?? []),
    ...module.all('CatchClause').filter((clause) => catchesHttp(module, clause)),
  ];
  return handlers.flatMap((handler) =>
    module
      .within(handler, ...CALLS)
      .filter((call) => isFailureOfBreaker(call) && call.arguments.length === 0 && !isGuarded(module, call, handler)),
  );
}

function isFailureOfBreaker(call: Call): boolean {
  const receiver = receiverOf(call);
  const name = receiver === undefined ? undefined : pathOf(receiver)?.at(-1);
  return RECORDS_FAILURE.test(calleeName(call)) && name !== undefined && /breaker|circuit/i.test(name);
}

/** Where the whole file knows no HTTP, errors may already be told apart. */
function catchesHttp(module: SourceModule, clause: Node): boolean {
  const attempt = module.parentOf(clause);
  if (!isType(attempt, 'TryStatement')) return false;
  return module.within(attempt.block, ...CALLS).some((call) => {
    const source = importOf(module, call.callee)?.source;
    return (
      source === 'axios' ||
      source === 'got' ||
      (/^(?:get|post|put|patch|delete|request)$/.test(calleeName(call)) && receiverOf(call) !== undefined)
    );
  });
}

/** Inside a condition, or after one that leaves for errors of another kind. */
function isGuarded(module: SourceModule, call: Call, handler: Node): boolean {
  for (const ancestor of module.ancestorsOf(call)) {
    if (ancestor === handler) break;
    if (isType(ancestor, 'IfStatement', 'ConditionalExpression', 'LogicalExpression', 'SwitchCase')) return true;
    if (isFunction(ancestor)) break;
  }
  return module
    .within(handler, 'IfStatement')
    .some(
      (choice) =>
        startOf(choice) < startOf(call) &&
        !contains(choice, call) &&
        module.within(choice, 'ReturnStatement', 'ThrowStatement').length > 0,
    );
}

/** opossum without errorFilter and cockatiel's handleAll count every error that axios throws. */
function libraries(module: SourceModule): Node[] {
  return module.all(...CALLS, 'NewExpression').filter((call) => {
    const imported = importOf(module, call.callee);
    if (imported?.source === 'opossum') return isUnfilteredOpossum(module, call);
    if (imported?.source !== 'cockatiel' || calleeName(call) !== 'circuitBreaker') return false;
    const handled = argumentAt(call, 0);
    return (
      handled !== undefined &&
      importOf(module, handled)?.path.at(-1) === 'handleAll' &&
      throwsOn4xx(module, module.all('Program')[0])
    );
  });
}

function isUnfilteredOpossum(module: SourceModule, call: Call): boolean {
  const action = resolveFunction(module, argumentAt(call, 0));
  const options = argumentAt(call, 1);
  const object = objectOf(module, options);
  if (options !== undefined && object === undefined) return false;
  return throwsOn4xx(module, action) && (object === undefined || propertyOf(object, /^errorFilter$/) === undefined);
}

function throwsOn4xx(module: SourceModule, body: Node | undefined): boolean {
  return (
    body !== undefined &&
    module.within(body, ...CALLS).some((call) => isDirectCall(module, call, 'axios') && calleeName(call) !== 'create')
  );
}
