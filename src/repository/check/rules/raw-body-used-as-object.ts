import type { Node } from '@babel/types';
import { bodyPath } from '../facts/inbound.ts';
import { namesOf, webhookRoutes } from '../facts/webhook-routes.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { MEMBERS, propertyName } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

/** What a Buffer has. */
const BUFFER = /^(?:length|byteLength|toString|subarray|slice|buffer|equals|toJSON|at|indexOf|includes|copy|\*)$/;

export const rawBodyUsedAsObject: Rule = {
  id: 'raw-body-used-as-object',
  title: 'A raw body is used as if it were parsed',
  severity: 'error',
  why: 'Behind express.raw the body is a Buffer: its type and data are undefined, every event falls through, and the delivery is acknowledged.',
  fix: 'Use the event that the verification answers, or JSON.parse the verified bytes.',
  source: 'https://expressjs.com/en/api.html#express.raw',
  bad: `app.post('/webhook', express.raw({ type: 'application/json' }), verify, (req, res) => {
  const event = req.body;
  if (event.type === 'invoice.paid') enqueue(event.id);
});`,
  good: `app.post('/webhook', express.raw({ type: 'application/json' }), verify, (req, res) => {
  const event = JSON.parse(req.body);
  if (event.type === 'invoice.paid') enqueue(event.id);
});`,
  find: (module) =>
    hits(
      webhookRoutes(module).flatMap(({ handler, middleware }) => {
        const isRaw = middleware.some((node) => /(?:^|\s)(?:express\.)?raw(?:\s|$)/.test(namesOf(node)));
        return handler === undefined || !isRaw ? [] : firstUse(module, handler);
      }),
    ),
};

function firstUse(module: SourceModule, handler: FunctionNode): Node[] {
  if (replacesBody(module, handler)) return [];
  const use = module.within(handler, ...MEMBERS).find((member) => {
    if (BUFFER.test(propertyName(member) ?? '*')) return false;
    return trace(module, member).every((value) => (bodyPath(value)?.length ?? 0) > 0 && isBody(value.path));
  });
  return [use ?? firstPattern(module, handler)].filter((node) => node !== undefined);
}

/** `const { type } = req.body` */
function firstPattern(module: SourceModule, handler: FunctionNode): Node | undefined {
  return module.within(handler, 'VariableDeclarator').find(({ id, init }) => {
    if (!isType(id, 'ObjectPattern') || init == null) return false;
    return trace(module, init).every((value) => bodyPath(value)?.length === 0 && isBody(value.path));
  });
}

const isBody = (path: readonly string[]) => path[0] === 'body';

const replacesBody = (module: SourceModule, handler: FunctionNode) =>
  module
    .within(handler, 'AssignmentExpression')
    .some(({ left }) => isType(left, ...MEMBERS) && propertyName(left) === 'body');
