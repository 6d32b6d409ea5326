import type { Node } from '@babel/types';
import { argumentAt, calleeName, isCall, MEMBERS } from '../syntax/expressions.ts';
import { contains, isType } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import type { Value } from '../syntax/values.ts';
import { trace } from '../syntax/values.ts';
import { bodyPath, EVENT_PARSER, isWholeBody } from './inbound.ts';

/** Which part of a received event a value is. */
export type EventPart = 'whole' | 'id' | 'label' | 'data';

const EVENT_NAME = /^(?:event|evt|stripeEvent|webhookEvent|delivery|notification)$/;
/** Functions of a project that verify a delivery and answer the event. */
const VERIFIES = /^(?:verify|parse\w*Event|decode\w*Event|receive)\w*$/i;
/** Headers that name a delivery. */
const DELIVERY_ID = /(?:^|-)(?:delivery|webhook-id|svix-id|event-id|message-id|request-id|idempotency-key)$/;
const LABELS: ReadonlySet<string> = new Set([
  'type',
  'event',
  'created',
  'livemode',
  'account',
  'api_version',
  'length',
  'action',
  'topic',
]);
const IDS: ReadonlySet<string> = new Set(['id', 'eventId', 'event_id', 'sg_event_id', 'deliveryId']);

/** The path of a value inside a received event; undefined for anything else. */
export function eventPath(module: SourceModule, value: Value): readonly string[] | undefined {
  const { node, path, binding } = value;
  const inBody = bodyPath(value);
  if (inBody !== undefined) return inBody;
  if (isCall(node)) {
    const name = calleeName(node);
    if (EVENT_PARSER.test(name) || VERIFIES.test(name)) return path;
    const parsed = name === 'parse' ? argumentAt(node, 0) : undefined;
    return parsed !== undefined && readsBody(module, parsed) ? path : undefined;
  }
  const isEvent = isType(node, 'Identifier') && EVENT_NAME.test(node.name) && binding?.kind === 'parameter';
  return isEvent ? path : undefined;
}

function readsBody(module: SourceModule, node: Node): boolean {
  if (isWholeBody(module, node)) return true;
  return module.within(node, 'Identifier', ...MEMBERS).some((inner) => isWholeBody(module, inner));
}

function partOf(path: readonly string[]): EventPart {
  const [first] = path;
  if (first === undefined) return 'whole';
  if (IDS.has(first)) return 'id';
  return LABELS.has(first) ? 'label' : 'data';
}

/** The parts of a received event that an expression uses. */
export function eventParts(module: SourceModule, node: Node): ReadonlySet<EventPart> {
  const parts = new Set<EventPart>();
  const candidates = module
    .within(node, 'Identifier', ...MEMBERS)
    .filter((inner) => !isPartOfLonger(module, inner, node));
  for (const candidate of candidates) {
    for (const value of trace(module, candidate)) {
      const path = eventPath(module, value);
      if (path !== undefined) parts.add(partOf(path));
      const at = value.path.indexOf('headers');
      if (at >= 0 && DELIVERY_ID.test(value.path[at + 1] ?? '')) parts.add('id');
    }
  }
  if (module.within(node, 'StringLiteral').some(({ value }) => DELIVERY_ID.test(value.toLowerCase()))) parts.add('id');
  return parts;
}

/** True for `event` in `event.id`, and for names that are no values: properties, keys. */
function isPartOfLonger(module: SourceModule, node: Node, outer: Node): boolean {
  const parent = module.parentOf(node);
  if (parent === undefined || !contains(outer, parent)) return false;
  if (isType(parent, ...MEMBERS)) return parent.object === node || !parent.computed;
  return isType(parent, 'ObjectProperty') && parent.key === node && !parent.computed && !parent.shorthand;
}
