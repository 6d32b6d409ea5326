import type { Node } from '@babel/types';
import { EVENT_PARSER, headerOf } from '../facts/inbound.ts';
import { signedContents } from '../facts/signatures.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { argumentAt, CALLS, calleeName, isCall, MEMBERS, pathOf } from '../syntax/expressions.ts';
import { isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { trace } from '../syntax/values.ts';

/** Headers of schemes that sign a timestamp. */
const TIMED =
  /^(?:stripe-signature|paddle-signature|x-slack-(?:signature|request-timestamp)|(?:svix|webhook)-(?:timestamp|signature)|x-zm-(?:signature|request-timestamp)|x-twilio-email-event-webhook-timestamp)$/i;
const CHECKS_TIME = /toleran|fresh|replay|stale|recent|expired|max_?age|skew|too_?old/i;
const MAX_TOLERANCE_S = 3_600;
const MAX_DEPTH = 2;

export const missingTimestampTolerance: Rule = {
  id: 'missing-timestamp-tolerance',
  title: 'The timestamp of a signature is not checked',
  severity: 'error',
  why: 'A signature without a check of its timestamp stays valid for ever: whoever saw one delivery can send it again.',
  fix: 'Refuse a timestamp more than 300 seconds away from now, in both directions; leave the tolerance of the library at its default.',
  source: 'https://docs.stripe.com/webhooks#replay-attacks',
  bad: `function verify(rawBody, headers) {
  const { t, v1 } = parseHeader(headers['stripe-signature']);
  return safeEqual(crypto.createHmac('sha256', secret).update(t + '.' + rawBody).digest('hex'), v1);
}`,
  good: `function verify(rawBody, headers) {
  const { t, v1 } = parseHeader(headers['stripe-signature']);
  if (Math.abs(Date.now() / 1000 - t) > 300) return false;
  return safeEqual(crypto.createHmac('sha256', secret).update(t + '.' + rawBody).digest('hex'), v1);
}`,
  find: (module) => hits([...untimedVerifications(module), ...switchedOff(module)]),
};

function untimedVerifications(module: SourceModule): Node[] {
  const timed = module.all('StringLiteral').some(({ value }) => TIMED.test(value));
  if (
    !(timed || signsReceivedTime(module)) ||
    module.all('Identifier').some(({ name }) => CHECKS_TIME.test(name)) ||
    readsClock(module)
  )
    return [];
  const received = module.all(...CALLS).filter((call) => calleeName(call) === 'createHmac');
  return received.slice(0, 1);
}

const TIME = /^(?:t|ts|time|(?:[\w-]+[_-])?time_?stamp|request_?time)$/i;

/** An HMAC over `${t}.${body}` where the time came with a header, under whatever name. */
function signsReceivedTime(module: SourceModule): boolean {
  const joined = signedContents(module)
    .flatMap((content) => trace(module, content))
    .filter(({ node }) => isType(node, 'TemplateLiteral', 'BinaryExpression'));
  return joined.some(({ node }) =>
    module
      .within(node, 'Identifier', ...MEMBERS)
      .some((part) => isTime(module, part) && cameInHeader(module, part, MAX_DEPTH)),
  );
}

const isTime = (module: SourceModule, node: Node) =>
  TIME.test(pathOf(node)?.at(-1) ?? '') || TIME.test(headerOf(module, node) ?? '');

/** A header, or a part of one that was taken apart: `parse(req.headers['acme-signature']).t`. */
function cameInHeader(module: SourceModule, node: Node, depth: number): boolean {
  if (headerOf(module, node) !== undefined) return true;
  return trace(module, node).some(({ node: end }) => {
    if (depth === 0 || !isCall(end)) return false;
    return module.within(end, 'Identifier', ...MEMBERS).some((inner) => cameInHeader(module, inner, depth - 1));
  });
}

function readsClock(module: SourceModule): boolean {
  const calls = module.all(...CALLS).some((call) => /^(?:now|getTime|dayjs|moment)$/.test(calleeName(call)));
  return calls || module.all('NewExpression').some((call) => pathOf(call.callee)?.[0] === 'Date');
}

/** `constructEvent(body, header, secret, 0)`: 0 switches the check off since stripe 23. */
function switchedOff(module: SourceModule): Node[] {
  return module.all(...CALLS).filter((call) => {
    const tolerance = argumentAt(call, 3);
    if (!EVENT_PARSER.test(calleeName(call)) || tolerance === undefined) return false;
    return trace(module, tolerance).some(({ node, path }) => path.length === 0 && isNoLimit(node));
  });
}

function isNoLimit(node: Node): boolean {
  if (isType(node, 'NumericLiteral')) return node.value === 0 || node.value > MAX_TOLERANCE_S;
  return isType(node, 'Identifier') && node.name === 'Infinity';
}
