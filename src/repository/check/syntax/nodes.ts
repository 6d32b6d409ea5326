import type { Node } from '@babel/types';

export type NodeType = Node['type'];
export type NodeOf<T extends NodeType> = Extract<Node, { type: T }>;

/** Fields that hold no children: places, comments and what the parser notes for printers. */
const NO_CHILDREN: ReadonlySet<string> = new Set([
  'loc',
  'extra',
  'errors',
  'comments',
  'tokens',
  'leadingComments',
  'innerComments',
  'trailingComments',
]);

export function isType<T extends NodeType>(node: Node | null | undefined, ...types: readonly T[]): node is NodeOf<T> {
  return node != null && types.some((type) => type === node.type);
}

export const startOf = (node: Node): number => node.start ?? 0;
export const endOf = (node: Node): number => node.end ?? 0;

export const contains = (outer: Node, inner: Node): boolean =>
  startOf(outer) <= startOf(inner) && endOf(inner) <= endOf(outer);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function childrenOf(node: Node): Node[] {
  return Object.entries(node)
    .filter(([key]) => !NO_CHILDREN.has(key))
    .flatMap(([, value]: [string, unknown]) => value)
    .filter(isNode);
}

/** Visits a tree, parents first. Holds its own stack: the depth of foreign source must not overflow ours. */
export function walk(root: Node, visit: (node: Node, parent: Node | undefined) => void): void {
  const open: { node: Node; parent: Node | undefined }[] = [{ node: root, parent: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node } = next;
    visit(node, next.parent);
    for (const child of childrenOf(node).reverse()) open.push({ node: child, parent: node });
  }
}
