import type { Node } from '@babel/types';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { CALLS, calleeName, isCall, literalText, pathOf, unwrap } from '../syntax/expressions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

type Assignment = NodeOf<'AssignmentExpression'>;

export const breakerNeverCloses: Rule = {
  id: 'breaker-never-closes',
  title: 'A circuit breaker that cannot close again',
  severity: 'error',
  why: 'After the first outage the breaker stays open or half-open for good: calls are refused, or the next single failure opens it, long after the service is well.',
  fix: 'Let a success in the half-open state close it (or count successes); compare times with a moment that was noted earlier, not in the same call.',
  source: 'https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker',
  bad: `class CircuitBreaker {
  state = 'closed';
  onFailure() { if (++this.failures > 5) this.state = 'open'; }
  onSuccess() { this.failures = 0; }
}`,
  good: `class CircuitBreaker {
  state = 'closed';
  onFailure() { if (++this.failures > 5) this.state = 'open'; }
  onSuccess() { this.failures = 0; this.state = 'closed'; }
}`,
  find: (module) =>
    hits(breakers(module).flatMap((breaker) => [...neverClosed(module, breaker), ...elapsedSinceNow(module, breaker)])),
};

export const halfOpenUnlimited: Rule = {
  id: 'half-open-unlimited',
  title: 'A half-open breaker lets every call through',
  severity: 'info',
  why: 'The moment the pause is over, all waiting callers hit a service that is just coming back; that is the load the breaker was to keep away.',
  fix: 'Let one call (or a few) through as a probe and refuse the others until it has ended.',
  source: 'https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker',
  bad: `class CircuitBreaker {
  state = 'closed';
  allows() {
    if (this.state === 'open' && Date.now() > this.retryAt) this.state = 'half_open';
    return this.state !== 'open';
  }
}`,
  good: `class CircuitBreaker {
  state = 'closed';
  probing = false;
  allows() {
    if (this.state === 'open' && Date.now() > this.retryAt) this.state = 'half_open';
    if (this.state !== 'half_open') return this.state === 'closed';
    if (this.probing) return false;
    this.probing = true;
    return true;
  }
}`,
  find: (module) => hits(breakers(module).flatMap((breaker) => unlimitedHalfOpen(module, breaker))),
};

/** What counts or bars the calls of a half-open breaker. */
const BARS =
  /prob|trial|in_?flight|permit|pending|semaphore|lock|busy|half_?open_?\w*(?:count|calls|requests|attempts|max|limit|success)|(?:max|success|calls|requests|attempts|limit)\w*half_?open|tester|once/i;

function unlimitedHalfOpen(module: SourceModule, breaker: Node): Node[] {
  const halfOpen = assignments(module, breaker).filter(
    (assignment) => STATE.test(target(assignment)) && /^half/.test(stateName(module, assignment.right)),
  );
  return module.within(breaker, 'Identifier').some(({ name }) => BARS.test(name)) ? [] : halfOpen.slice(0, 1);
}

/** Classes and functions that are called breakers. */
function breakers(module: SourceModule): Node[] {
  const classes = module.all('ClassDeclaration', 'ClassExpression').filter(({ id }) => isBreakerName(id?.name));
  const functions = module.all('FunctionDeclaration').filter(({ id }) => isBreakerName(id?.name));
  const variables = module
    .all('VariableDeclarator')
    .flatMap(({ id, init }) => (isType(id, 'Identifier') && isBreakerName(id.name) && isFunction(init) ? init : []));
  return [...classes, ...functions, ...variables];
}

const isBreakerName = (name: string | undefined) => name !== undefined && /breaker|circuit/i.test(name);

const STATE = /^_?(?:state|status|circuitState|current(?:State)?)$/i;
const FLAG = /^_?(?:is_?open|open|opened|tripped)$/i;

function assignments(module: SourceModule, breaker: Node): Assignment[] {
  return module.within(breaker, 'AssignmentExpression').filter(({ operator }) => operator === '=');
}

const target = ({ left }: Assignment) => pathOf(left)?.at(-1) ?? '';

/** What a state is set to: `'open'`, `State.OPEN`. */
function stateName(module: SourceModule, node: Node): string {
  const inner = unwrap(node);
  if (isType(inner, 'ConditionalExpression'))
    return `${stateName(module, inner.consequent)} ${stateName(module, inner.alternate)}`;
  const [value] = trace(module, inner);
  return (literalText(inner) ?? (value && literalText(value.node)) ?? pathOf(inner)?.at(-1) ?? '').toLowerCase();
}

function neverClosed(module: SourceModule, breaker: Node): Node[] {
  const all = assignments(module, breaker);
  const states = all.filter((assignment) => STATE.test(target(assignment)));
  const opens = states.filter(({ right }) => /^open/.test(stateName(module, right)));
  const closes = states.filter(
    (assignment) => /clos/.test(stateName(module, assignment.right)) && isReached(module, assignment, breaker),
  );
  // A state that comes from elsewhere (a function, a parameter) can be any.
  const unknown = states.some(({ right }) => stateName(module, right) === '' || isType(unwrap(right), 'Identifier'));
  if (opens.length > 0 && closes.length === 0 && !unknown) return opens.slice(-1);
  const flags = all.filter((assignment) => FLAG.test(target(assignment)));
  const raised = flags.filter(({ right }) => isType(right, 'BooleanLiteral') && right.value);
  const lowered = flags.filter((flag) => !raised.includes(flag) && isReached(module, flag, breaker));
  return raised.length > 0 && lowered.length === 0 ? raised.slice(-1) : [];
}

/** The constructor runs once, and a manual reset only when somebody calls it. */
function isReached(module: SourceModule, node: Node, breaker: Node): boolean {
  const method = [...module.ancestorsOf(node)].find(
    (ancestor): ancestor is FunctionNode => isFunction(ancestor) && ancestor !== breaker,
  );
  if (!isType(method, 'ClassMethod', 'ClassPrivateMethod')) return true;
  if (isType(method, 'ClassMethod') && method.kind === 'constructor')
    return contains(method, node) && module.functionOf(node) !== method;
  const name = isType(method.key, 'Identifier')
    ? method.key.name
    : isType(method.key, 'PrivateName')
      ? method.key.id.name
      : '';
  return !/^(?:force)?_?reset$/i.test(name) || module.all(...CALLS).some((call) => calleeName(call) === name);
}

/** `this.last = Date.now(); if (Date.now() - this.last >= quiet) this.state = 'closed'`: no time has passed in between. */
function elapsedSinceNow(module: SourceModule, breaker: Node): Node[] {
  return assignments(module, breaker).flatMap((noted) => {
    const name = pathOf(noted.left)?.join('.');
    const outer = module.functionOf(noted);
    if (name === undefined || outer === undefined || !isNow(module, noted.right)) return [];
    const block = statementBlock(module, noted);
    return module.within(outer, 'BinaryExpression').filter((elapsed) => {
      const isElapsed =
        elapsed.operator === '-' && isNow(module, elapsed.left) && pathOf(elapsed.right)?.join('.') === name;
      return isElapsed && startOf(elapsed) > startOf(noted) && block !== undefined && contains(block, elapsed);
    });
  });
}

function isNow(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end }) => isCall(end) && /^(?:now|getTime)$/.test(calleeName(end)));
}

function statementBlock(module: SourceModule, node: Node): Node | undefined {
  for (const ancestor of module.ancestorsOf(node)) if (isType(ancestor, 'BlockStatement')) return ancestor;
  return undefined;
}
