import type { Node } from '@babel/types';
import type { MEMBERS } from './expressions.ts';
import { argumentAt, isCall, isMember, propertyName, unwrap } from './expressions.ts';
import type { NodeOf } from './nodes.ts';
import { isType } from './nodes.ts';
import type { FunctionNode } from './scope.ts';
import { isFunction } from './scope.ts';
import type { SourceModule } from './source-module.ts';
import { fieldsOf } from './values.ts';

/** Names lead to names; this many steps are followed. */
const MAX_STEPS = 12;

/** The function that an expression stands for: written in place, named, a method of the same class, bound or wrapped. */
export function resolveFunction(module: SourceModule, node: Node | undefined): FunctionNode | undefined {
  let at = node;
  for (let step = 0; step < MAX_STEPS && at !== undefined; step += 1) {
    const inner = unwrap(at);
    if (isFunction(inner)) return inner;
    at = functionSource(module, inner);
  }
  return undefined;
}

function functionSource(module: SourceModule, node: Node): Node | undefined {
  if (isMember(node)) return methodOf(module, node);
  if (isCall(node)) return wrappedFunction(node);
  if (!isType(node, 'Identifier')) return undefined;
  const binding = module.bindingOf(node);
  if (binding?.kind === 'function') return binding.node;
  return binding?.path.length === 0 ? binding.init : undefined;
}

/** `handler.bind(this)` and `asyncHandler(handler)` stand for the handler. */
function wrappedFunction(call: NodeOf<'CallExpression' | 'OptionalCallExpression'>): Node | undefined {
  const callee = unwrap(call.callee);
  if (isMember(callee) && propertyName(callee) === 'bind') return callee.object;
  const last = argumentAt(call, call.arguments.length - 1);
  return call.arguments.length <= 2 && (isFunction(last) || isType(last, 'Identifier')) ? last : undefined;
}

function methodOf(module: SourceModule, member: NodeOf<(typeof MEMBERS)[number]>): Node | undefined {
  const name = propertyName(member);
  const object = unwrap(member.object);
  if (name === undefined) return undefined;
  if (isType(object, 'ThisExpression')) {
    for (const ancestor of module.ancestorsOf(member)) {
      if (isType(ancestor, 'ClassBody'))
        return classMethod(ancestor, name) ?? fieldsOf(module, ancestor).get(name)?.[0];
    }
  }
  return undefined;
}

function classMethod(body: NodeOf<'ClassBody'>, name: string): FunctionNode | undefined {
  return body.body.find((member): member is NodeOf<'ClassMethod' | 'ClassPrivateMethod'> => {
    if (!isType(member, 'ClassMethod', 'ClassPrivateMethod')) return false;
    const { key } = member;
    return (isType(key, 'PrivateName') ? key.id.name : isType(key, 'Identifier') ? key.name : undefined) === name;
  });
}

/** What a function is called: its own name, that of its method, or that of the variable that holds it. */
export function functionName(module: SourceModule, node: FunctionNode): string | undefined {
  if (isType(node, 'FunctionDeclaration', 'FunctionExpression') && node.id) return node.id.name;
  if (isType(node, 'ClassMethod', 'ObjectMethod')) return isType(node.key, 'Identifier') ? node.key.name : undefined;
  const parent = module.parentOf(node);
  return isType(parent, 'VariableDeclarator') && isType(parent.id, 'Identifier') ? parent.id.name : undefined;
}
