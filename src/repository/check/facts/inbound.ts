import type { Node } from '@babel/types';
import { calleeName, isCall, literalText, unwrap } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import type { Value } from '../syntax/values.ts';
import { trace } from '../syntax/values.ts';

const REQUEST_NAME = /^(?:req|request|ctx|context|c|incoming)$/i;
const BODY_PROPERTY: ReadonlySet<string> = new Set(['body', 'rawBody', 'rawbody']);
/** What verifies a delivery and answers the event in it. */
export const EVENT_PARSER = /^(?:constructEvent(?:Async)?|unwrap|parseEventNotification|verifyAndParse)$/;

/** True for a request, as frameworks hand it to a handler. */
function isRequest({ node, binding }: Value): boolean {
  return (
    isType(node, 'Identifier') &&
    REQUEST_NAME.test(node.name) &&
    (binding === undefined || binding.kind === 'parameter')
  );
}

/** The path of a value inside the body of a received request; undefined for anything else. */
export function bodyPath(value: Value): readonly string[] | undefined {
  const { node, path } = value;
  const at = path.findIndex((name) => BODY_PROPERTY.has(name));
  if (at >= 0 && (isRequest(value) || isDestructuredRequest(value))) return path.slice(at + 1);
  if (isCall(node) && ['json', 'text', 'arrayBuffer'].includes(calleeName(node)) && readsRequest(node.callee))
    return path;
  return undefined;
}

/** `({ body, headers }) => …`: the request has no name. */
function isDestructuredRequest({ binding, path }: Value): boolean {
  return binding?.kind === 'parameter' && path[0] !== undefined && BODY_PROPERTY.has(path[0]);
}

function readsRequest(callee: Node): boolean {
  const target = unwrap(callee);
  if (!isType(target, 'MemberExpression', 'OptionalMemberExpression')) return false;
  const object = unwrap(target.object);
  return isType(object, 'Identifier') && REQUEST_NAME.test(object.name);
}

/** True for the whole body of a request, parsed or raw. */
export function isWholeBody(module: SourceModule, node: Node): boolean {
  return trace(module, node).some((value) => bodyPath(value)?.length === 0);
}

/** The name of the header that a value was read from, in lower case. */
export function headerOf(module: SourceModule, node: Node): string | undefined {
  for (const value of trace(module, node)) {
    const direct = headerProperty(value);
    if (direct !== undefined && direct !== 'get') return direct.toLowerCase();
    const { node: end } = value;
    if (!isCall(end) || !['get', 'header', 'headers'].includes(calleeName(end))) continue;
    const name = literalText(end.arguments[0]);
    if (name !== undefined) return name.toLowerCase();
  }
  return undefined;
}

/** `req.headers['x-signature']`, and `headers['x-signature']` of a name from elsewhere. */
function headerProperty({ node, path }: Value): string | undefined {
  if (isType(node, 'Identifier') && node.name === 'headers') return path[0];
  const at = path.indexOf('headers');
  return at >= 0 ? path[at + 1] : undefined;
}
