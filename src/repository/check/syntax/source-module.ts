import { parse } from '@babel/parser';
import type { Comment, Node } from '@babel/types';
import type { NodeOf, NodeType } from './nodes.ts';
import { endOf, isType, startOf, walk } from './nodes.ts';
import type { Binding, FunctionNode } from './scope.ts';
import { isFunction, Scopes } from './scope.ts';

/** One parsed file, indexed for questions: nodes by type, parents, and what names mean. */
export class SourceModule {
  readonly path: string;
  readonly text: string;
  readonly comments: readonly Comment[];
  /** True for tests and mocks: made-up data is their business. */
  readonly isTest: boolean;
  readonly #parents = new Map<Node, Node>();
  readonly #byType = new Map<NodeType, Node[]>();
  readonly #scopes: Scopes;
  readonly #lines: readonly string[];
  readonly #offsets: readonly number[];
  #work = 0;

  private constructor(path: string, text: string, program: Node, comments: readonly Comment[]) {
    this.path = path;
    this.text = text;
    this.comments = comments;
    this.isTest = TEST_PATH.test(path);
    this.#lines = text.split('\n');
    let next = 0;
    this.#offsets = this.#lines.map(({ length }) => {
      const offset = next;
      next += length + 1;
      return offset;
    });
    walk(program, (node, parent) => {
      if (parent !== undefined) this.#parents.set(node, parent);
      const list = this.#byType.get(node.type);
      if (list === undefined) this.#byType.set(node.type, [node]);
      else list.push(node);
    });
    for (const list of this.#byType.values()) list.sort((a, b) => startOf(a) - startOf(b));
    this.#scopes = new Scopes(program, this.#parents);
  }

  /** Parses JavaScript or TypeScript, with JSX where the file may hold it. Throws a SyntaxError. */
  static parse(path: string, text: string): SourceModule {
    const file = parse(text, {
      sourceType: 'unambiguous',
      errorRecovery: true,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowImportExportEverywhere: true,
      allowUndeclaredExports: true,
      plugins: [
        ['typescript', {}],
        'decorators-legacy',
        // In a plain .ts file `<T>x` is a type assertion.
        ...(NO_JSX.test(path) ? [] : (['jsx'] as const)),
      ],
    });
    return new SourceModule(path, text, file.program, file.comments ?? []);
  }

  /** All nodes of these types, in the order of the source. */
  all<T extends NodeType>(...types: readonly T[]): NodeOf<T>[] {
    const found = types.flatMap((type) => (this.#byType.get(type) ?? []).filter((node) => isType(node, type)));
    this.#charge(found.length);
    return types.length > 1 ? found.sort((a, b) => startOf(a) - startOf(b)) : found;
  }

  /** The nodes of these types inside another one, itself included. */
  within<T extends NodeType>(outer: Node, ...types: readonly T[]): NodeOf<T>[] {
    const found = types.flatMap((type) => this.#inRange(outer, type));
    return types.length > 1 ? found.sort((a, b) => startOf(a) - startOf(b)) : found;
  }

  #inRange<T extends NodeType>(outer: Node, type: T): NodeOf<T>[] {
    const list = this.#byType.get(type) ?? [];
    const found: NodeOf<T>[] = [];
    for (let at = firstFrom(list, startOf(outer)); at < list.length; at += 1) {
      const node = list[at];
      this.#charge(1);
      if (node === undefined || startOf(node) > endOf(outer)) break;
      if (isType(node, type) && endOf(node) <= endOf(outer)) found.push(node);
    }
    return found;
  }

  parentOf(node: Node): Node | undefined {
    return this.#parents.get(node);
  }

  /** From the parent to the program. */
  *ancestorsOf(node: Node): Generator<Node> {
    for (let next = this.#parents.get(node); next !== undefined; next = this.#parents.get(next)) {
      this.#charge(1);
      yield next;
    }
  }

  /** Rules ask about every node again: source made for it could take minutes. Throws a RangeError instead. */
  #charge(nodes: number): void {
    this.#work += nodes;
    if (this.#work > MAX_WORK) throw new RangeError('The source is too intricate to be checked');
  }

  /** The innermost function around a node. */
  functionOf(node: Node): FunctionNode | undefined {
    for (const ancestor of this.ancestorsOf(node)) if (isFunction(ancestor)) return ancestor;
    return undefined;
  }

  bindingOf(identifier: NodeOf<'Identifier'>): Binding | undefined {
    return this.#scopes.resolve(identifier);
  }

  /** A line as written, counted from 1. */
  line(number: number): string {
    return this.#lines[number - 1] ?? '';
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** Where a line begins in the text. */
  offsetOf(number: number): number {
    return this.#offsets[number - 1] ?? 0;
  }
}

/** Nodes looked at for one file: about a second. The largest files of npm packages need 0.13 million. */
const MAX_WORK = 2_000_000;

const NO_JSX = /\.[cm]?ts$/;
const TEST_PATH =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|mocks|fixtures|e2e)\/|\.(?:test|spec|mock|stories)\.[^/]+$/;

/** The first place in a list sorted by start whose node does not begin before `start`. */
function firstFrom(list: readonly Node[], start: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const node = list[middle];
    if (node !== undefined && startOf(node) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Remembers an answer for as long as the module lives. */
export function perModule<T>(compute: (module: SourceModule) => T): (module: SourceModule) => T {
  const known = new WeakMap<SourceModule, { value: T }>();
  return (module) => {
    const found = known.get(module) ?? { value: compute(module) };
    known.set(module, found);
    return found.value;
  };
}
