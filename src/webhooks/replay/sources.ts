import { randomUUID } from 'node:crypto';
import { parseJson } from '../../core/parse-json.ts';
import type { EventExample, EventExamples } from '../event-examples.ts';
import { buildExample } from '../event-examples.ts';
import type { LoggedEvent } from '../event-log.ts';
import type { WebhookScheme } from '../scheme.ts';
import { findIds, idNames, replaceText } from './fresh-ids.ts';
import type { ReplayEvent } from './outgoing.ts';

export function replayOf(event: LoggedEvent): ReplayEvent {
  const query = event.path.indexOf('?');
  return {
    logId: event.id,
    label: event.id,
    eventId: event.eventId,
    eventType: event.eventType,
    rawHeaders: event.rawHeaders,
    body: event.body,
    query: query === -1 ? '' : event.path.slice(query),
    wasGenuine: event.verdict.valid,
  };
}

/**
 * Examples as one story: they happened a second after each other, the last one now, and those about the same kind of object are about
 * the same one.
 */
export function storyOf(
  examples: EventExamples,
  chosen: readonly (readonly [type: string, example: EventExample])[],
  scheme: WebhookScheme,
  nowMs: number,
): ReplayEvent[] {
  const subjects = new Map<string, string>();
  return chosen.map(([type, example], index) => {
    const happenedMs = nowMs - (chosen.length - 1 - index) * 1_000;
    const { body, contentType } = buildExample(examples, example, {}, happenedMs);
    return {
      logId: undefined,
      label: type,
      eventId: randomUUID(),
      eventType: type,
      rawHeaders: ['content-type', contentType, ...Object.entries(examples.headers ?? {}).flat()],
      body: shareSubjects(body, subjects, scheme),
      query: '',
      wasGenuine: false,
    };
  });
}

/** Objects at the same place whose ids begin alike become one. */
function shareSubjects(body: Buffer, subjects: Map<string, string>, scheme: WebhookScheme): Buffer {
  const ownPlaces = scheme.event.id.flatMap((at) => ('json' in at ? [at.json.join('.')] : []));
  let text = body.toString('utf8');
  for (const { path, value } of findIds(parseJson(body), idNames(scheme))) {
    if (ownPlaces.includes(path)) continue;
    const kind = `${path} ${value.slice(0, value.lastIndexOf('_') + 1)}`;
    const subject = subjects.get(kind) ?? value;
    subjects.set(kind, subject);
    text = replaceText(text, value, subject);
  }
  return Buffer.from(text);
}
