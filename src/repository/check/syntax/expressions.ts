import type { Expression, Node } from '@babel/types';
import type { NodeOf } from './nodes.ts';
import { isType } from './nodes.ts';

export type Call = NodeOf<'CallExpression' | 'OptionalCallExpression' | 'NewExpression'>;
export type Member = NodeOf<'MemberExpression' | 'OptionalMemberExpression'>;

export const CALLS = ['CallExpression', 'OptionalCallExpression'] as const;
export const MEMBERS = ['MemberExpression', 'OptionalMemberExpression'] as const;

export const isCall = (node: Node | null | undefined): node is NodeOf<(typeof CALLS)[number]> => isType(node, ...CALLS);
export const isMember = (node: Node | null | undefined): node is Member => isType(node, ...MEMBERS);

/** Without what only types or waits: `(await x)!`, `x as T`. */
export function unwrap(node: Node): Node {
  let inner = node;
  for (;;) {
    if (isType(inner, 'AwaitExpression')) inner = inner.argument;
    else if (
      isType(
        inner,
        'TSNonNullExpression',
        'TSAsExpression',
        'TSSatisfiesExpression',
        'TSTypeAssertion',
        'ParenthesizedExpression',
        'TSInstantiationExpression',
      )
    )
      inner = inner.expression;
    else return inner;
  }
}

/** The name of a property; private names without their mark. */
export function propertyName({ property, computed }: Member): string | undefined {
  if (isType(property, 'PrivateName')) return property.id.name;
  if (isType(property, 'Identifier') && !computed) return property.name;
  return isType(property, 'StringLiteral') ? property.value : undefined;
}

/** `this.client.post` as `['this', 'client', 'post']`; undefined when a part of it is no name. */
export function pathOf(node: Node): readonly string[] | undefined {
  const path: string[] = [];
  let at = unwrap(node);
  for (;;) {
    if (isType(at, 'Identifier')) return [at.name, ...path.reverse()];
    if (isType(at, 'ThisExpression')) return ['this', ...path.reverse()];
    const name = isMember(at) ? propertyName(at) : undefined;
    if (!isMember(at) || name === undefined) return undefined;
    path.push(name);
    at = unwrap(at.object);
  }
}

/** The last name of what is called: `post` of `api().post(…)`; empty for a called expression. */
export function calleeName({ callee }: Call): string {
  const target = unwrap(callee);
  if (isMember(target)) return propertyName(target) ?? '';
  return isType(target, 'Identifier') ? target.name : '';
}

/** What a method is called on. */
export function receiverOf({ callee }: Call): Node | undefined {
  const target = unwrap(callee);
  return isMember(target) ? unwrap(target.object) : undefined;
}

/** The calls of a chain, outermost first: `a().b().c()` gives those of `c`, `b` and `a`. */
export function chainOf(call: Call): Call[] {
  const chain: Call[] = [call];
  for (let next = receiverOf(call); next !== undefined; ) {
    if (isCall(next) || isType(next, 'NewExpression')) {
      chain.push(next);
      next = receiverOf(next);
    } else next = isMember(next) ? unwrap(next.object) : undefined;
  }
  return chain;
}

export function argumentAt(call: Call, index: number): Node | undefined {
  const argument = call.arguments[index];
  return argument === undefined ? undefined : unwrap(argument);
}

/** The property of an object literal; `unknown` when a spread may hold it. */
export function propertyOf(object: NodeOf<'ObjectExpression'>, names: RegExp): Node | 'unknown' | undefined {
  let spread = false;
  for (const property of object.properties) {
    if (isType(property, 'SpreadElement')) spread = true;
    else if (names.test(keyName(property) ?? '')) return isType(property, 'ObjectProperty') ? property.value : property;
  }
  return spread ? 'unknown' : undefined;
}

export function keyName({ key, computed }: NodeOf<'ObjectProperty' | 'ObjectMethod'>): string | undefined {
  if (isType(key, 'StringLiteral')) return key.value;
  return isType(key, 'Identifier') && !computed ? key.name : undefined;
}

/** The constant text of an expression; of a template the parts that are constant. */
export function literalText(node: Node | undefined): string | undefined {
  if (isType(node, 'StringLiteral')) return node.value;
  if (isType(node, 'TemplateLiteral')) return node.quasis.map(({ value }) => value.cooked ?? value.raw).join('{}');
  return undefined;
}

export function isExpression(node: Node | null | undefined): node is Expression {
  return (
    node != null && (node.type.endsWith('Expression') || node.type.endsWith('Literal') || isType(node, 'Identifier'))
  );
}
