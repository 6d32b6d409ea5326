import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import { calleeName, isCall, isMember, keyName, receiverOf, unwrap } from '../syntax/expressions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { eventParts } from './webhook-event.ts';

/** Operators of Prisma and MongoDB whose result depends on what was there. */
const RELATIVE = /^(?:increment|decrement|multiply|divide|\$inc|\$mul|\$push)$/;

/**
 * True for an update that goes on from what was there: `{ credits: { increment: 10 } }`, `{ $inc: { credits: 10 } }`. One whose
 * condition and change name the same field (`status`) happens once.
 */
export function countsUp(module: SourceModule, call: Call): boolean {
  const keys = call.arguments
    .flatMap((argument) => module.within(argument, 'ObjectProperty'))
    .flatMap((property) => keyName(property) ?? []);
  return keys.some((key) => RELATIVE.test(key)) && new Set(keys).size === keys.length;
}

/**
 * True for the save of a record that was read by what an event holds and then counted up: `user.credits += 100; await user.save()`.
 * A field of it that a condition asks for, or that keeps the event's id, tells a duplicate.
 */
export function savesCount(module: SourceModule, call: Call): boolean {
  const record = receiverOf(call);
  const outer = module.functionOf(call);
  if (calleeName(call) !== 'save' || outer === undefined || !isType(record, 'Identifier')) return false;
  const read = module.bindingOf(record)?.init;
  const source = read === undefined ? undefined : unwrap(read);
  if (!isCall(source) || !source.arguments.some((argument) => eventParts(module, argument).has('data'))) return false;
  const isField = (node: Node) => isFieldOf(module, node, record);
  const counted =
    module.within(outer, 'UpdateExpression').some(({ argument }) => isField(argument)) ||
    module.within(outer, 'AssignmentExpression').some((set) => isField(set.left) && isRelative(module, set, isField));
  const keepsId = module
    .within(outer, 'AssignmentExpression')
    .some(({ left, right }) => isField(left) && eventParts(module, right).has('id'));
  const isAsked = module
    .within(outer, 'IfStatement')
    .some(({ test }) => module.within(test, 'MemberExpression', 'OptionalMemberExpression').some(isField));
  return counted && !keepsId && !isAsked;
}

function isFieldOf(module: SourceModule, node: Node, record: NodeOf<'Identifier'>): boolean {
  if (!isMember(node)) return false;
  const object = unwrap(node.object);
  return isType(object, 'Identifier') && module.bindingOf(object) === module.bindingOf(record);
}

/** `a.b += 1`, `a.b = a.b + 1` */
function isRelative(
  module: SourceModule,
  { operator, right }: NodeOf<'AssignmentExpression'>,
  isField: (node: Node) => boolean,
): boolean {
  if (operator !== '=') return /^[-+*/]=$/.test(operator);
  const value = unwrap(right);
  return isType(value, 'BinaryExpression') && module.within(value, 'MemberExpression').some(isField);
}
