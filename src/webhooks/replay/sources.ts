import { randomUUID } from 'node:crypto';
import { parseJson } from '../../core/parse-json.ts';
import type { EventExample, EventExamples } from '../event-examples.ts';
import { buildExample } from '../event-examples.ts';
import type { LoggedEvent } from '../event-log.ts';
import type { WebhookScheme } from '../scheme.ts';
import { findIds, findTexts, idNames, replaceText } from './fresh-ids.ts';
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
 * Examples as one story: they happened a second after each other, the last one now. Those about the same kind of object are about the
 * same one, and refer to it.
 */
export function storyOf(
  examples: EventExamples,
  chosen: readonly (readonly [type: string, example: EventExample])[],
  scheme: WebhookScheme,
  nowMs: number,
): ReplayEvent[] {
  const subjects = new Map<string, string>();
  const built = chosen.map(([type, example], index) => {
    const happenedMs = nowMs - (chosen.length - 1 - index) * 1_000;
    const { body, contentType } = buildExample(examples, example, {}, happenedMs);
    return { type, contentType, body: shareSubjects(body, subjects, scheme) };
  });
  const byKind = new Map([...subjects.values()].map((subject) => [kindOf(subject), subject]));
  return built.map(({ type, contentType, body }) => {
    return {
      logId: undefined,
      label: type,
      eventId: randomUUID(),
      eventType: type,
      rawHeaders: ['content-type', contentType, ...Object.entries(examples.headers ?? {}).flat()],
      body: referTo(byKind, body),
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
    const kind = `${path} ${kindOf(value)}`;
    const subject = subjects.get(kind) ?? value;
    subjects.set(kind, subject);
    text = replaceText(text, value, subject);
  }
  return Buffer.from(text);
}

/** Names another object of a kind that the story is about: then it is the one of the story. */
function referTo(subjects: ReadonlyMap<string, string>, body: Buffer): Buffer {
  let text = body.toString('utf8');
  for (const { value } of findTexts(parseJson(body))) {
    const kind = kindOf(value);
    const subject = kind === '' ? undefined : subjects.get(kind);
    // Of another length it is no id: `card_declined`.
    if (subject?.length === value.length) text = replaceText(text, value, subject);
  }
  return Buffer.from(text);
}

/** `pi_` of `pi_3Mtw…`; '' of an id that does not say what it is of. */
function kindOf(id: string): string {
  return id.slice(0, id.lastIndexOf('_') + 1);
}
