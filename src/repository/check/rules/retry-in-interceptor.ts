import type { Node } from '@babel/types';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import { argumentAt, CALLS, isCall, isMember, pathOf, propertyName } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { isType } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { perModule } from '../syntax/source-module.ts';

/** A response interceptor that sends the request again through the instance it belongs to. */
interface InterceptorRetry {
  instance: string;
  call: Call;
  handler: FunctionNode;
}

export const retryInInterceptor: Rule = {
  id: 'retry-in-interceptor',
  title: 'A response interceptor repeats the request on the same instance',
  severity: 'error',
  why: 'Every repetition runs through the interceptor again: each of n attempts makes n more, and an outage becomes a flood or a loop without end.',
  fix: 'Let interceptors log and map errors; put the retry around the call, outside the instance. Where it must stay, count attempts on the config and stop.',
  source: 'https://axios-http.com/docs/interceptors',
  bad: `const client = axios.create({ timeout: 5_000 });
client.interceptors.response.use(undefined, async (error) => {
  if (error.response.status >= 500) return client.request(error.config);
  throw error;
});`,
  good: `const client = axios.create({ timeout: 5_000 });
client.interceptors.response.use(undefined, async (error) => {
  const config = error.config;
  config.retryCount = (config.retryCount ?? 0) + 1;
  if (error.response.status >= 500 && config.retryCount <= 3) return client.request(config);
  throw error;
});`,
  find: (module) => hits(interceptorRetries(module).map(({ call }) => call)),
};

/** The functions of one `x.interceptors.response.use(…)` or `.request.use(…)`. */
interface Interceptor {
  instance: string;
  fulfilled: FunctionNode | undefined;
  rejected: FunctionNode | undefined;
}

export function interceptors(module: SourceModule, kind: 'request' | 'response'): Interceptor[] {
  return module.all(...CALLS).flatMap((call) => {
    const path = pathOf(call.callee);
    if (path === undefined || path.slice(-3).join('.') !== `interceptors.${kind}.use`) return [];
    const [fulfilled, rejected] = [0, 1].map((at) => resolveFunction(module, argumentAt(call, at)));
    return [{ instance: path.slice(0, -3).join('.'), fulfilled, rejected }];
  });
}

export const handlersOf = ({ fulfilled, rejected }: Interceptor): FunctionNode[] =>
  [fulfilled, rejected].filter((handler) => handler !== undefined);

export const interceptorRetries = perModule((module: SourceModule): readonly InterceptorRetry[] =>
  interceptors(module, 'response').flatMap((interceptor) =>
    handlersOf(interceptor)
      .filter((handler) => !countsAttempts(module, handler))
      .flatMap((handler) => repeats(module, handler, interceptor.instance)),
  ),
);

function repeats(module: SourceModule, handler: FunctionNode, instance: string): InterceptorRetry[] {
  const sent = module.within(handler, ...CALLS).filter((call) => isSentOn(call, instance));
  return sent.map((call) => ({ instance, call, handler }));
}

const SENDS: ReadonlySet<string> = new Set(['request', 'get', 'post', 'put', 'patch', 'delete']);

function isSentOn(call: Call, instance: string): boolean {
  const path = pathOf(call.callee);
  if (path === undefined) return false;
  if (path.join('.') === instance) return call.arguments.length > 0;
  return SENDS.has(path.at(-1) ?? '') && path.slice(0, -1).join('.') === instance && usesConfig(call);
}

/** `client.request(error.config)`, `client(original)`; a call of its own (a token refresh) is another request. */
function usesConfig(call: Call): boolean {
  const first = argumentAt(call, 0);
  if (isMember(first)) return /^(?:config|request)$/.test(propertyName(first) ?? '') || isConfigUrl(first);
  return isType(first, 'Identifier') || isType(first, 'ObjectExpression') || isCall(first);
}

const isConfigUrl = (member: Node) => (pathOf(member) ?? []).includes('config');
const MARK = /retr|attempt|count|sent|tried|again/i;

/** A mark on the config ends the recursion: `config._retry = true`, `config.attempt += 1`. */
function countsAttempts(module: SourceModule, handler: FunctionNode): boolean {
  const assigned = module.within(handler, 'AssignmentExpression').map(({ left }) => left);
  const updated = module.within(handler, 'UpdateExpression').map(({ argument }) => argument);
  const spread = module
    .within(handler, 'ObjectProperty')
    .filter(({ key }) => isType(key, 'Identifier') && MARK.test(key.name));
  const isMark = (node: Node) => isMember(node) && (MARK.test(propertyName(node) ?? '') || node.computed);
  return [...assigned, ...updated].some(isMark) || spread.some((property) => isInsideConfig(module, property));
}

/** `client.request({ ...config, attempt: n })` */
function isInsideConfig(module: SourceModule, property: Node): boolean {
  const object = module.parentOf(property);
  return isType(object, 'ObjectExpression') && object.properties.some((other) => isType(other, 'SpreadElement'));
}
