import type { Expression, Node } from '@babel/types';
import type { NodeOf } from './nodes.ts';
import { isType, walk } from './nodes.ts';

/** A name and where its value comes from. */
export interface Binding {
  name: string;
  kind: 'import' | 'variable' | 'parameter' | 'function' | 'class' | 'caught';
  /** The declaration: an import specifier, a declarator, the function of a parameter, a function, a class. */
  node: Node;
  /** The properties between the value and the name: `const { data: { object } } = event` has `data`, `object`. */
  path: readonly string[];
  /** What the name was initialised with; undefined for what comes from outside. */
  init: Expression | undefined;
  /** What was assigned to the name later. */
  assigned: Expression[];
}

type Scope = Map<string, Binding>;
export type FunctionNode = NodeOf<
  | 'FunctionDeclaration'
  | 'FunctionExpression'
  | 'ArrowFunctionExpression'
  | 'ClassMethod'
  | 'ClassPrivateMethod'
  | 'ObjectMethod'
>;

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return isType(
    node,
    'FunctionDeclaration',
    'FunctionExpression',
    'ArrowFunctionExpression',
    'ClassMethod',
    'ClassPrivateMethod',
    'ObjectMethod',
  );
}

const opensScope = (node: Node): boolean =>
  isFunction(node) ||
  isType(
    node,
    'Program',
    'BlockStatement',
    'ForStatement',
    'ForInStatement',
    'ForOfStatement',
    'CatchClause',
    'SwitchStatement',
    'StaticBlock',
    'TSModuleBlock',
  );

/** The names of a file by scope. */
export class Scopes {
  readonly #scopes = new Map<Node, Scope>();
  readonly #parents: ReadonlyMap<Node, Node>;

  constructor(program: Node, parents: ReadonlyMap<Node, Node>) {
    this.#parents = parents;
    walk(program, (node) => this.#declare(node));
    walk(program, (node) => {
      if (!isType(node, 'AssignmentExpression') || !isType(node.left, 'Identifier')) return;
      this.resolve(node.left)?.assigned.push(node.right);
    });
  }

  /** The binding that a name refers to; undefined for globals. */
  resolve(identifier: NodeOf<'Identifier'>): Binding | undefined {
    for (let node: Node | undefined = identifier; node !== undefined; node = this.#parents.get(node)) {
      const found = this.#scopes.get(node)?.get(identifier.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #declare(node: Node): void {
    if (isFunction(node)) this.#declareFunction(node);
    else if (isType(node, 'VariableDeclaration')) this.#declareVariables(node);
    else if (isType(node, 'ClassDeclaration') && node.id) this.#add(this.#scopeOf(node), node.id, 'class', node);
    else if (isType(node, 'CatchClause') && node.param) this.#addPattern(node, node.param, 'caught', node);
    else if (isType(node, 'ImportDeclaration')) {
      for (const specifier of node.specifiers) this.#add(this.#scopeOf(node), specifier.local, 'import', specifier);
    }
  }

  #declareFunction(node: FunctionNode): void {
    if (isType(node, 'FunctionDeclaration') && node.id) this.#add(this.#scopeOf(node), node.id, 'function', node);
    for (const parameter of node.params) this.#addPattern(node, parameter, 'parameter', node);
  }

  #declareVariables(node: NodeOf<'VariableDeclaration'>): void {
    const scope = node.kind === 'var' ? this.#functionOf(node) : this.#scopeOf(node);
    for (const declarator of node.declarations) {
      this.#addPattern(scope, declarator.id, 'variable', declarator, declarator.init ?? undefined);
    }
  }

  #scopeOf(node: Node): Node {
    let scope = this.#parents.get(node) ?? node;
    while (!opensScope(scope)) scope = this.#parents.get(scope) ?? node;
    return scope;
  }

  #functionOf(node: Node): Node {
    let scope = this.#parents.get(node) ?? node;
    while (!isFunction(scope) && !isType(scope, 'Program')) scope = this.#parents.get(scope) ?? scope;
    return scope;
  }

  #add(
    scope: Node,
    { name }: { name: string },
    kind: Binding['kind'],
    node: Node,
    path: readonly string[] = [],
    init?: Expression,
  ): void {
    const names = this.#scopes.get(scope) ?? new Map<string, Binding>();
    this.#scopes.set(scope, names);
    if (!names.has(name)) names.set(name, { name, kind, node, path, init, assigned: [] });
  }

  /** Every name in a pattern, with its way from the whole. */
  #addPattern(scope: Node, pattern: Node, kind: Binding['kind'], node: Node, init?: Expression): void {
    const open: Part[] = [{ node: pattern, path: [] }];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      if (isType(part.node, 'Identifier')) this.#add(scope, part.node, kind, node, part.path, init);
      else open.push(...partsOf(part));
    }
  }
}

interface Part {
  node: Node;
  path: readonly string[];
}

/** The parts of a pattern. What has no name on its way (rests, places in a list) is `*`. */
function partsOf({ node, path }: Part): Part[] {
  if (isType(node, 'AssignmentPattern')) return [{ node: node.left, path }];
  if (isType(node, 'TSParameterProperty')) return [{ node: node.parameter, path }];
  if (isType(node, 'RestElement')) return [{ node: node.argument, path: [...path, '*'] }];
  if (isType(node, 'ArrayPattern'))
    return node.elements.flatMap((inner) => inner ?? []).map((inner) => ({ node: inner, path: [...path, '*'] }));
  if (!isType(node, 'ObjectPattern')) return [];
  return node.properties.map((inner) =>
    isType(inner, 'ObjectProperty') ? { node: inner.value, path: [...path, keyOf(inner)] } : { node: inner, path },
  );
}

function keyOf({ key, computed }: NodeOf<'ObjectProperty'>): string {
  if (isType(key, 'StringLiteral')) return key.value;
  return isType(key, 'Identifier') && !computed ? key.name : '*';
}
