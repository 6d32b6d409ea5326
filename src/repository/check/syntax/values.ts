import type { Node } from '@babel/types';
import type { MEMBERS } from './expressions.ts';
import { argumentAt, isCall, isMember, literalText, propertyName, unwrap } from './expressions.ts';
import type { NodeOf } from './nodes.ts';
import { isType } from './nodes.ts';
import type { Binding, FunctionNode } from './scope.ts';
import { isFunction } from './scope.ts';
import type { SourceModule } from './source-module.ts';

/** Where a value comes from: an expression, and the properties taken from it since. */
export interface Value {
  node: Node;
  path: readonly string[];
  /** Set where the expression is a name that nothing in this file gives a value. */
  binding?: Binding | undefined;
}

/** Names lead to names; this many steps, and this many ways at once, are followed. */
const MAX_STEPS = 12;
const MAX_VALUES = 16;

/**
 * Every expression that a value may come from, through names, destructuring, fields of a class and property accesses:
 * with `const { data } = await verify(x)`, the value `data.object` is the call with the path `data`, `object`.
 */
export function trace(module: SourceModule, node: Node): Value[] {
  const done: Value[] = [];
  let open: Value[] = [{ node: unwrap(node), path: [] }];
  for (let step = 0; step < MAX_STEPS && open.length > 0; step += 1) {
    const next: Value[] = [];
    for (const value of open) {
      const sources = follow(module, value);
      if (sources === undefined) done.push(value);
      else next.push(...sources);
    }
    open = next.slice(0, MAX_VALUES);
  }
  return [...done, ...open];
}

/** One step back; undefined at the end of the way. */
function follow(module: SourceModule, value: Value): Value[] | undefined {
  const { node, path } = value;
  const either = (...sides: readonly Node[]) => sides.map((side) => ({ node: unwrap(side), path }));
  if (isMember(node)) {
    const field = fieldValues(module, node);
    return field.length > 0
      ? either(...field)
      : [{ node: unwrap(node.object), path: [propertyName(node) ?? '*', ...path] }];
  }
  if (isType(node, 'LogicalExpression')) return either(node.left, node.right);
  if (isType(node, 'ConditionalExpression')) return either(node.consequent, node.alternate);
  return isType(node, 'Identifier') && value.binding === undefined ? followName(module, node, path) : undefined;
}

function followName(module: SourceModule, node: NodeOf<'Identifier'>, path: readonly string[]): Value[] | undefined {
  const binding = module.bindingOf(node);
  if (binding === undefined) return undefined;
  const from = [...binding.path, ...path];
  const given = [binding.init, ...binding.assigned].filter((init) => init !== undefined);
  // The end of the way: what comes from outside, with the path inside of it (`({ body }) => …`).
  return given.length === 0
    ? [{ node, path: from, binding }]
    : given.map((init) => ({ node: unwrap(init), path: from }));
}

/** What `this.name` was given in its class. */
function fieldValues(module: SourceModule, member: NodeOf<(typeof MEMBERS)[number]>): Node[] {
  const name = propertyName(member);
  if (name === undefined || !isType(unwrap(member.object), 'ThisExpression')) return [];
  for (const ancestor of module.ancestorsOf(member)) {
    if (isType(ancestor, 'ClassBody')) return fieldsOf(module, ancestor).get(name) ?? [];
  }
  return [];
}

const fieldsByClass = new WeakMap<Node, ReadonlyMap<string, Node[]>>();

/** Every expression that a field of a class is set to, by name. */
export function fieldsOf(module: SourceModule, body: NodeOf<'ClassBody'>): ReadonlyMap<string, Node[]> {
  const known = fieldsByClass.get(body);
  if (known !== undefined) return known;
  const fields = new Map<string, Node[]>();
  const add = (name: string | undefined, value: Node | null | undefined) => {
    if (name !== undefined && value != null) fields.set(name, [...(fields.get(name) ?? []), value]);
  };
  for (const field of module.within(body, 'ClassProperty', 'ClassPrivateProperty')) {
    const name = isType(field.key, 'PrivateName')
      ? field.key.id.name
      : isType(field.key, 'Identifier')
        ? field.key.name
        : undefined;
    add(name, field.value);
  }
  for (const { left, right } of module.within(body, 'AssignmentExpression')) {
    if (isMember(left) && isType(left.object, 'ThisExpression')) add(propertyName(left), right);
  }
  fieldsByClass.set(body, fields);
  return fields;
}

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

/** The name of a package without the prefix of Node's own. */
export interface Imported {
  source: string;
  /** The export and what was taken from it: `default`, `post`. */
  path: readonly string[];
}

/** The import that a value comes from, through `import`, `require` and dynamic import. */
export function importOf(module: SourceModule, node: Node): Imported | undefined {
  for (const { node: end, path, binding } of trace(module, node)) {
    const source = isCall(end) && isRequire(end) ? literalText(argumentAt(end, 0)) : importedFrom(end);
    if (source !== undefined) return { source: withoutScheme(source), path: ['default', ...path] };
    if (binding?.kind !== 'import') continue;
    const declaration = module.parentOf(binding.node);
    if (!isType(declaration, 'ImportDeclaration')) continue;
    return { source: withoutScheme(declaration.source.value), path: [importedName(binding.node), ...path] };
  }
  return undefined;
}

const withoutScheme = (source: string) => (source.startsWith('node:') ? source.slice(5) : source);
const isRequire = ({ callee }: NodeOf<'CallExpression' | 'OptionalCallExpression'>) =>
  isType(callee, 'Identifier') && callee.name === 'require';

function importedFrom(node: Node): string | undefined {
  return isType(node, 'ImportExpression') ? literalText(node.source) : undefined;
}

function importedName(specifier: Node): string {
  if (!isType(specifier, 'ImportSpecifier')) return 'default';
  return isType(specifier.imported, 'Identifier') ? specifier.imported.name : specifier.imported.value;
}

/** The constant text that a value has, through names. */
export function textOf(module: SourceModule, node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  for (const { node: end, path } of trace(module, node)) {
    const text = path.length === 0 ? literalText(end) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The object literal that a value is, through names; undefined when it cannot be told. */
export function objectOf(module: SourceModule, node: Node | undefined): NodeOf<'ObjectExpression'> | undefined {
  if (node === undefined) return undefined;
  const values = trace(module, node);
  const [only] = values;
  return values.length === 1 && only?.path.length === 0 && isType(only.node, 'ObjectExpression')
    ? only.node
    : undefined;
}

/** What a function is called: its own name, that of its method, or that of the variable that holds it. */
export function functionName(module: SourceModule, node: FunctionNode): string | undefined {
  if (isType(node, 'FunctionDeclaration', 'FunctionExpression') && node.id) return node.id.name;
  if (isType(node, 'ClassMethod', 'ObjectMethod')) return isType(node.key, 'Identifier') ? node.key.name : undefined;
  const parent = module.parentOf(node);
  return isType(parent, 'VariableDeclarator') && isType(parent.id, 'Identifier') ? parent.id.name : undefined;
}
