import type { Node } from '@babel/types';
import { isWholeBody } from '../facts/inbound.ts';
import { isLogCall } from '../facts/logging.ts';
import { eventPath } from '../facts/webhook-event.ts';
import { webhookRoutes } from '../facts/webhook-routes.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { argumentAt, CALLS, calleeName, isCall, pathOf, unwrap } from '../syntax/expressions.ts';
import { contains, isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';
import { handlersOf, interceptors } from './retry-in-interceptor.ts';
import { isSecretName } from './secret-literal.ts';

export const payloadLogged: Rule = {
  id: 'payload-logged',
  title: 'Payloads, headers or keys go to the log',
  severity: 'warning',
  why: 'Payloads hold names, addresses and amounts, headers and HTTP errors hold keys and signatures: the log keeps them longer and shows them to more people than the service does.',
  fix: 'Log ids, types and states: event.id, event.type, error.code, response.status, the request id.',
  source: 'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude',
  bad: `app.post('/webhook', (req, res) => { console.log('webhook', req.headers, req.body); next(); });`,
  good: `app.post('/webhook', (req, res) => { console.log('webhook', req.headers['x-request-id']); next(); });`,
  find: (module) =>
    hits(
      module
        .all(...CALLS)
        .filter((call) => isLogCall(call) && call.arguments.some((argument) => isSensitive(module, argument))),
    ),
};

function isSensitive(module: SourceModule, argument: Node): boolean {
  return logged(argument).some(
    (node) =>
      isWholeBody(module, node) ||
      isHeaders(module, node) ||
      isSecret(module, node) ||
      isPayload(module, node) ||
      isHttpError(module, node),
  );
}

/** What ends up in the line: through objects, templates and JSON.stringify. */
function logged(argument: Node): Node[] {
  const node = unwrap(argument);
  if (isType(node, 'TemplateLiteral')) return node.expressions.flatMap((inner) => logged(inner));
  if (isType(node, 'BinaryExpression')) return node.operator === '+' ? [node.left, node.right].flatMap(logged) : [];
  if (isType(node, 'SpreadElement')) return logged(node.argument);
  if (isType(node, 'ObjectExpression'))
    return node.properties.flatMap((property) =>
      isType(property, 'SpreadElement')
        ? logged(property.argument)
        : isType(property, 'ObjectProperty')
          ? logged(property.value)
          : [],
    );
  if (isCall(node)) return /^(?:stringify|inspect|String|toString)$/.test(calleeName(node)) ? argumentsOf(node) : [];
  return [node];
}

function argumentsOf(call: Node): Node[] {
  if (!isCall(call)) return [];
  const first = argumentAt(call, 0);
  return first === undefined ? [] : logged(first);
}

function isHeaders(module: SourceModule, node: Node): boolean {
  const path = pathOf(node);
  if (path?.at(-1) === 'headers' && path.length > 1) return true;
  return trace(module, node).some(
    ({ path: from, binding }) => from.length > 0 && from.at(-1) === 'headers' && binding?.kind === 'parameter',
  );
}

function isSecret(module: SourceModule, node: Node): boolean {
  return trace(module, node).some(({ node: end, path }) => {
    const root = isType(end, 'Identifier') ? end.name : '';
    if (root === 'process' && path[0] === 'env') return path.length === 1 || isSecretName(path[1] ?? '');
    return path.at(-1)?.toLowerCase() === 'authorization' && path.includes('headers');
  });
}

/** The event itself, or the object in it, in a webhook handler. */
function isPayload(module: SourceModule, node: Node): boolean {
  if (!webhookRoutes(module).some(({ handler }) => handler !== undefined && contains(handler, node))) return false;
  return trace(module, node).some((value) => {
    const path = eventPath(module, value)?.join('.');
    return path === '' || path === 'data' || path === 'data.object' || path === 'payload';
  });
}

/** The error of an axios interceptor carries the request with its headers; the config is the request. */
function isHttpError(module: SourceModule, node: Node): boolean {
  const all = [...interceptors(module, 'request'), ...interceptors(module, 'response')].flatMap(handlersOf);
  return trace(module, node).some(({ binding, path }) => {
    const handler = all.find((candidate) => candidate === binding?.node);
    if (handler === undefined) return false;
    const [last = ''] = path.slice(-1);
    return path.length === 0 || /^(?:config|request|response|data|headers)$/.test(last);
  });
}
