import type { Node } from '@babel/types';
import { bodyPath } from '../facts/inbound.ts';
import { partsOf, signedContents } from '../facts/signatures.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { argumentAt, CALLS, calleeName, isCall, pathOf } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

export const signatureOverReserializedJson: Rule = {
  id: 'signature-over-reserialized-json',
  title: 'The signature is computed over JSON that was written again',
  severity: 'error',
  why: 'JSON.stringify of a parsed body does not give the bytes that the provider signed: order of keys, spaces, escapes and large numbers differ, and genuine deliveries fail.',
  fix: 'Compute the signature over the raw bytes of the request (express.raw, request.text(), rawBody) and parse afterwards.',
  source: 'https://docs.stripe.com/webhooks/signature',
  bad: `const digest = crypto.createHmac('sha256', secret).update(JSON.stringify(req.body)).digest();`,
  good: `const digest = crypto.createHmac('sha256', secret).update(req.rawBody).digest();`,
  find(module) {
    const contents = [...signedContents(module), ...givenToVerifiers(module)];
    return hits(contents.filter((content) => partsOf(module, content).some((part) => isReserialized(module, part))));
  },
};

/** What a function that is called a verifier is given: `verifyHook(JSON.stringify(req.body), signature)`. */
function givenToVerifiers(module: SourceModule): Node[] {
  const calls = module
    .all(...CALLS)
    .filter((call) => /verif|genuine|authentic|valid\w*(?:sig|hmac|hook)/i.test(calleeName(call)));
  return calls
    .flatMap((call) => call.arguments)
    .filter((argument) => isCall(argument) && calleeName(argument) === 'stringify');
}

function isReserialized(module: SourceModule, node: Node): boolean {
  if (!isCall(node) || calleeName(node) !== 'stringify' || pathOf(node.callee)?.[0] !== 'JSON') return false;
  const written = argumentAt(node, 0);
  return (
    written !== undefined &&
    trace(module, written).some(
      (value) => bodyPath(value) !== undefined || isParsed(value.node) || isGiven(module, value.node),
    )
  );
}

const isParsed = (node: Node) => isCall(node) && calleeName(node) === 'parse' && pathOf(node.callee)?.[0] === 'JSON';

/** `verify(payload, signature)`: what such a function is given was received, not made here. */
function isGiven(module: SourceModule, node: Node): boolean {
  if (!isType(node, 'Identifier') || module.bindingOf(node)?.kind !== 'parameter') return false;
  const outer = module.functionOf(node);
  return outer !== undefined && takesSignature(outer);
}

const takesSignature = ({ params }: FunctionNode) =>
  params.some((parameter) => isType(parameter, 'Identifier') && /sig(?:nature)?|hmac|header/i.test(parameter.name));
