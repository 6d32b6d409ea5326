import type { describeWholeEvent } from '../../views/webhook-event-view.ts';
import { get } from './api.ts';
import { Empty, Facts, Failure, formatTime, State, Text } from './parts.tsx';
import { Replay } from './replay.tsx';
import { useData } from './use-data.ts';

type WholeEvent = ReturnType<typeof describeWholeEvent>;

export function EventDetail({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return <Empty title="Nothing chosen">Choose a webhook to see its verdict, its attempts and its body.</Empty>;
  }
  return <Shown id={id} />;
}

function Shown({ id }: { id: string }) {
  const { value, error, reload } = useData(id, [`webhook-event://${id}`], (signal) =>
    get<WholeEvent>(`events/${encodeURIComponent(id)}`, signal),
  );
  if (value === undefined) return <Failure error={error} />;
  const isVerified = value.reason === 'ok';
  const lastTarget = value.attempts.findLast(({ target }) => target !== undefined)?.target;
  return (
    <article aria-label="Webhook">
      <h2>{value.event_type ?? 'Unknown type'}</h2>
      <p class="verdict">
        <State of={isVerified ? 'signature verified' : 'signature refused'} tone={isVerified ? 'good' : 'bad'} />
        {!isVerified && <span>{value.message}</span>}
      </p>
      <Facts
        facts={{
          Status: <State of={value.status} />,
          Provider: value.provider,
          Received: formatTime(value.received_at),
          'Event id': value.event_id && <code>{value.event_id}</code>,
          Path: <code>{value.path}</code>,
          Duplicates: value.duplicates > 0 ? value.duplicates : undefined,
        }}
      />
      <h3>Replay</h3>
      <Replay id={id} lastTarget={lastTarget} onDone={reload} />
      <h3>Attempts</h3>
      <Attempts attempts={value.attempts} />
      <details>
        <summary>Headers</summary>
        <Text label="Headers" text={value.headers.join('\n')} />
      </details>
      <details open>
        <summary>Body{value.body_truncated ? ' (its beginning)' : ''}</summary>
        <Text label="Body" text={value.body === undefined ? (value.body_base64 ?? '') : indent(value.body)} />
      </details>
      <p class="quiet">{value.note}</p>
    </article>
  );
}

function Attempts({ attempts }: Pick<WholeEvent, 'attempts'>) {
  if (attempts.length === 0) return <p class="quiet">None: it had no effect here and went to no handler.</p>;
  return (
    <ol class="attempts">
      {attempts.map(({ kind, target, status, error, note, at, took_ms }) => (
        <li key={`${at} ${kind}`}>
          <strong>{kind}</strong> {target && <code>{target}</code>}
          <span class={error === undefined ? '' : 'bad'}>
            {error ?? note ?? (status === undefined ? 'done' : `HTTP ${status}`)}
          </span>
          <span class="quiet">
            {formatTime(at)}, {took_ms} ms
          </span>
        </li>
      ))}
    </ol>
  );
}

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
