import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import { calleeName, isCall, isMember } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';

const SCHEDULES: ReadonlySet<string> = new Set(['setImmediate', 'queueMicrotask', 'nextTick', 'setTimeout']);
const CONTINUES: ReadonlySet<string> = new Set(['catch', 'then', 'finally']);

/** True when nobody waits for a call: `void f()`, `f().catch(log)` as a statement, or inside `setImmediate` and the like. */
export function isDetached(module: SourceModule, call: Call): boolean {
  return isInScheduled(module, call) || isLeftAlone(module, call);
}

function isInScheduled(module: SourceModule, call: Call): boolean {
  for (const ancestor of module.ancestorsOf(call)) {
    const parent = isFunction(ancestor) ? module.parentOf(ancestor) : undefined;
    if (isCall(parent) && SCHEDULES.has(calleeName(parent))) return true;
  }
  return false;
}

function isLeftAlone(module: SourceModule, call: Call): boolean {
  const chain = wholeChain(module, call);
  const parent = module.parentOf(chain);
  if (isType(parent, 'UnaryExpression')) return parent.operator === 'void';
  if (!isType(parent, 'ExpressionStatement') || chain === call) return false;
  // `.then(() => res.sendStatus(200))` and `.catch(next)` answer when it is done.
  const answers = module
    .within(chain, 'Identifier')
    .some(({ name }) => /^(?:res|reply|response|next|resolve)$/.test(name));
  return isCall(chain) && CONTINUES.has(calleeName(chain)) && !answers;
}

/** `f(…).then(…).catch(…)` for `f(…)`. */
function wholeChain(module: SourceModule, call: Call): Node {
  let chain: Node = call;
  for (const parent of module.ancestorsOf(call)) {
    const goesOn = (isMember(parent) && parent.object === chain) || (isCall(parent) && parent.callee === chain);
    if (!goesOn) break;
    chain = parent;
  }
  return chain;
}

/** True inside the callback of a database transaction. */
export function isInTransaction(module: SourceModule, call: Call): boolean {
  for (const ancestor of module.ancestorsOf(call)) {
    if (isCall(ancestor) && /transaction|^tx$|^withTx|atomic/i.test(calleeName(ancestor))) return true;
  }
  return false;
}
