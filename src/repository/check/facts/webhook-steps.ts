import type { Node } from '@babel/types';
import type { Call } from '../syntax/expressions.ts';
import { argumentAt, CALLS, calleeName, isCall, literalText, pathOf, receiverOf } from '../syntax/expressions.ts';
import { resolveFunction } from '../syntax/functions.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import type { FunctionNode } from '../syntax/scope.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { countsUp, savesCount } from './counting.ts';
import { isDetached, isInTransaction } from './execution.ts';
import { EVENT_PARSER } from './inbound.ts';
import { isLogCall } from './logging.ts';
import type { EventPart } from './webhook-event.ts';
import { eventParts } from './webhook-event.ts';

/** One thing that a webhook handler does, in the order of the source. */
export interface Step {
  /**
   * record: the delivery itself is kept (its id or the whole of it is handed to something that writes);
   * lookup: its id is asked for; effect: something is done with its data; answer: a 2xx answer.
   */
  kind: 'record' | 'lookup' | 'effect' | 'answer';
  call: Call;
  /** The statement's call in the handler itself, where the step is in a function that it calls. */
  site: Call;
  /** True when doing it twice leaves the same state: rows are set to given values, or the event id goes along. */
  repeatable: boolean;
  /** True when nobody waits for it. */
  detached: boolean;
  /** True inside the callback of a database transaction. */
  transaction: boolean;
}

const MAX_DEPTH = 3;

/** What a handler does with a delivery. Functions of the same file are followed; those of others are taken by their arguments. */
export function webhookSteps(module: SourceModule, handler: FunctionNode): Step[] {
  return stepsIn(module, handler, undefined, 0);
}

function stepsIn(module: SourceModule, outer: FunctionNode, site: Call | undefined, depth: number): Step[] {
  return module.within(outer, ...CALLS).flatMap((call): Step[] => {
    if (isLogCall(call) || EVENT_PARSER.test(calleeName(call))) return [];
    const inner = depth < MAX_DEPTH ? resolveFunction(module, call.callee) : undefined;
    if (inner !== undefined && !contains(outer, inner) && !contains(inner, call)) {
      const detached = isDetached(module, call);
      const steps = stepsIn(module, inner, site ?? call, depth + 1);
      const known = steps.length > 0 ? steps : classify(module, call, site);
      return known.map((step) => ({ ...step, detached: detached || step.detached }));
    }
    return classify(module, call, site);
  });
}

const WRITES =
  /^(?:create|insert|insertOne|insertMany|add|set|setnx|setNX|save|put|upsert|claim|record|mark|store|enqueue|push|publish|send|sendMessage|persist|acquire|lock|reserve|append|run|execute|remember|dispatch|xadd|lpush|rpush|produce|emit|schedule|trigger)/i;
const READS = /^(?:find|get|has|exists|seen|is|was|already|select|query|lookup|check|fetch|retrieve|count|includes)/i;
const REPEATABLE =
  /^(?:update|upsert|set|put|delete|remove|retrieve|find|get|fetch|load|sync|refresh|has|is|exists|assert|merge|replace|unlink|del)/i;
/** Calls without an effect of their own on anything, by the first part of their name. */
const PURE = new RegExp(
  `^(?:${[
    'String|Number|Boolean|Date|BigInt|parseInt|parseFloat|parse|stringify|safeParse|toString|toISOString|from|floor|round|now',
    'status|sendStatus|send|end|text|json|redirect|Response|NextResponse|type|get|header|headers|next|raw|log',
    'map|filter|find|some|every|includes|push|split|slice|trim|isArray|keys|entries|values|assign',
    'verify\\w*|timingSafeEqual|update|digest|createHmac|constructEvent\\w*',
    'catch|then|finally|all|allSettled|setImmediate|queueMicrotask|nextTick|setTimeout|waitUntil|after',
  ].join('|')})$`,
);
/** Of those, the names that also mean effects, on anything but a response, a request or a list made here. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['send', 'push', 'get', 'update', 'find']);

function classify(module: SourceModule, call: Call, site: Call | undefined): Step[] {
  const step = (kind: Step['kind'], repeatable = false): Step[] => [
    {
      kind,
      call,
      site: site ?? call,
      repeatable,
      detached: isDetached(module, call),
      transaction: isInTransaction(module, call),
    },
  ];
  if (isSuccessAnswer(module, call)) return step('answer');
  if (savesCount(module, call)) return step('effect');
  const name = calleeName(call);
  const parts = argumentParts(module, call);
  const isWriting = isWrite(call, name);
  if (parts.has('id') && (isWriting || !parts.has('data'))) return step(isWriting ? 'record' : 'lookup');
  if (parts.has('whole') && !isPureOn(module, call, name)) return step('record');
  if (!parts.has('data') || (isOnlyRead(name) && !isWriting) || isPureOn(module, call, name)) return [];
  return step('effect', isRepeatable(module, call, parts));
}

/** What the arguments use, without the functions among them: those are looked at by themselves. */
function argumentParts(module: SourceModule, call: Call): ReadonlySet<EventPart> {
  const parts = call.arguments
    .filter((argument) => !isFunction(argument))
    .map((argument) => eventParts(module, argument));
  return new Set(parts.flatMap((found) => [...found]));
}

/** `res.send(…)` is an answer, `queue.send(…)` is not. */
function isPureOn(module: SourceModule, call: Call, name: string): boolean {
  if (!PURE.test(name)) return false;
  const receiver = receiverOf(call);
  if (!AMBIGUOUS.has(name)) return true;
  return receiver === undefined || isResponse(receiver) || (name !== 'send' && isOwnValue(module, receiver));
}

function isOwnValue(module: SourceModule, receiver: Node): boolean {
  if (isCall(receiver)) return calleeName(receiver) === 'createHmac' || calleeName(receiver) === 'update';
  if (!isType(receiver, 'Identifier')) return false;
  const binding = module.bindingOf(receiver);
  return isType(binding?.init, 'ArrayExpression') || /^(?:hmac|req|request|headers)$/.test(receiver.name);
}

const SQL_WRITE = /^\s*(?:insert|update|merge|replace|with)\b/i;
const SQL_READ = /^\s*select\b/i;

function isWrite(call: Call, name: string): boolean {
  const sql = literalText(argumentAt(call, 0));
  if (sql !== undefined && SQL_WRITE.test(sql)) return true;
  if (sql !== undefined && SQL_READ.test(sql)) return false;
  return WRITES.test(name) && !READS.test(name);
}

const isOnlyRead = (name: string) => /^(?:find|get|has|exists|is|was|select|count)/i.test(name);

function isRepeatable(module: SourceModule, call: Call, parts: ReadonlySet<EventPart>): boolean {
  // What is given the id as well can recognise a duplicate by itself.
  if (parts.has('id')) return true;
  const sql = literalText(argumentAt(call, 0));
  if (sql !== undefined && /^\s*(?:update|delete)\b/i.test(sql)) return !/[+-]\s*(?:\$\d|\?|\d)/.test(sql);
  return REPEATABLE.test(calleeName(call)) && !countsUp(module, call);
}

const isResponse = (node: Node): boolean => {
  const root = isCall(node) ? receiverOf(node) : node;
  if (root === undefined) return false;
  if (isCall(root)) return isResponse(root);
  return /^(?:res|response|reply|rep|c|ctx)$/.test(pathOf(root)?.[0] ?? '');
};

/** An answer that makes the provider stop: 2xx. */
function isSuccessAnswer(module: SourceModule, call: Call): boolean {
  const name = calleeName(call);
  const receiver = receiverOf(call);
  if (receiver === undefined || !isResponse(receiver)) return false;
  if (!['json', 'send', 'end', 'sendStatus', 'text'].includes(name)) return false;
  const status = name === 'sendStatus' ? argumentAt(call, 0) : statusBefore(module, call, receiver);
  return status === undefined || (isType(status, 'NumericLiteral') && status.value >= 200 && status.value < 300);
}

function statusBefore(module: SourceModule, call: Call, receiver: Node): Node | undefined {
  if (isCall(receiver) && ['status', 'code', 'writeHead', 'sendStatus'].includes(calleeName(receiver)))
    return argumentAt(receiver, 0);
  const second = argumentAt(call, 1);
  if (calleeName(call) !== 'send' && second !== undefined && !isType(second, 'ObjectExpression')) return second;
  const outer = module.functionOf(call);
  const set =
    outer === undefined ? [] : module.within(outer, ...CALLS).filter((other) => calleeName(other) === 'writeHead');
  return set.filter((other) => startOf(other) < startOf(call)).map((other) => argumentAt(other, 0))[0];
}
