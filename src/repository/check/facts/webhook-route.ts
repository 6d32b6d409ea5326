import type { Node } from '@babel/types';
import type { FunctionNode } from '../syntax/scope.ts';

/** A place where deliveries arrive. */
export interface WebhookRoute {
  /** The registration or, in frameworks that route by file, the handler. */
  node: Node;
  /** What routes are registered on (`app`), as written; undefined in frameworks that route by file. */
  server: string | undefined;
  path: string;
  /** Everything between path and handler, as written. */
  middleware: readonly Node[];
  /** The last function, when this file holds it. */
  handler: FunctionNode | undefined;
}
