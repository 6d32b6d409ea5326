import type { Node } from '@babel/types';
import { CALLS, calleeName, isCall, pathOf } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import type { NodeOf } from '../syntax/nodes.ts';
import { isType } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import type { WebhookRoute } from './webhook-route.ts';

/** Next.js, Remix, Cloudflare Pages. */
const HANDLER_EXPORTS: ReadonlySet<string> = new Set(['POST', 'action', 'onRequestPost']);
/** Decorators that only describe the route; any other may be a guard. */
const DESCRIBES = /^(?:Post|All|HttpCode|Header|Api\w*|Controller)$/;

/** The handlers of a webhook's file in frameworks that route by file, by `serve`, or by decorator. */
export function fileRoutes(module: SourceModule): WebhookRoute[] {
  const handlers = [...exported(module), ...exportedByDefault(module), ...served(module)];
  const routes = handlers.map((handler) => routeOf(module, handler, []));
  return [...routes, ...decorated(module)];
}

const routeOf = (module: SourceModule, handler: FunctionNode, middleware: readonly Node[]): WebhookRoute => ({
  node: handler,
  server: undefined,
  path: module.path,
  middleware,
  handler,
});

function exported(module: SourceModule): FunctionNode[] {
  return module.all('ExportNamedDeclaration').flatMap(({ declaration }): FunctionNode[] => {
    if (isType(declaration, 'FunctionDeclaration'))
      return HANDLER_EXPORTS.has(declaration.id?.name ?? '') ? [declaration] : [];
    if (!isType(declaration, 'VariableDeclaration')) return [];
    const named = declaration.declarations.filter(({ id }) => isType(id, 'Identifier') && HANDLER_EXPORTS.has(id.name));
    return named.flatMap(({ init }) => resolveFunction(module, init ?? undefined) ?? []);
  });
}

/** `export default function handler(req, res)` under `pages/api`. */
function exportedByDefault(module: SourceModule): FunctionNode[] {
  if (!module.path.includes('api/')) return [];
  return module.all('ExportDefaultDeclaration').flatMap(({ declaration }) => {
    const handler = resolveFunction(module, declaration);
    return handler !== undefined && isHttpHandler(handler) ? handler : [];
  });
}

function isHttpHandler({ params }: FunctionNode): boolean {
  const [first] = params;
  return isType(first, 'Identifier') && /^(?:_?req|request|event)$/.test(first.name);
}

/** `Deno.serve(handler)`, `serve(handler)`. */
const served = (module: SourceModule): FunctionNode[] =>
  module
    .all(...CALLS)
    .flatMap((call) => (calleeName(call) === 'serve' ? (resolveFunction(module, call.arguments[0]) ?? []) : []));

/** `@Post('stripe') async receive(…)`; a guard of the class counts for its methods. */
function decorated(module: SourceModule): WebhookRoute[] {
  return module.all('ClassMethod').flatMap((method) => {
    const own = method.decorators ?? [];
    if (!own.some((decorator) => decoratorName(decorator) === 'Post')) return [];
    const body = module.parentOf(method);
    const owner = body === undefined ? undefined : module.parentOf(body);
    const outer = isType(owner, 'ClassDeclaration', 'ClassExpression') ? (owner.decorators ?? []) : [];
    const guards = [...own, ...outer].filter((decorator) => !DESCRIBES.test(decoratorName(decorator)));
    return [routeOf(module, method, guards)];
  });
}

function decoratorName({ expression }: NodeOf<'Decorator'>): string {
  return isCall(expression) ? calleeName(expression) : (pathOf(expression)?.at(-1) ?? '');
}
