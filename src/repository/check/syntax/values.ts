import type { Node } from '@babel/types';
import type { MEMBERS } from './expressions.ts';
import { argumentAt, isCall, isMember, literalText, propertyName, unwrap } from './expressions.ts';
import type { NodeOf } from './nodes.ts';
import { isType } from './nodes.ts';
import type { Binding } from './scope.ts';
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
