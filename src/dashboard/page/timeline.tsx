import type { ComponentChildren } from 'preact';
import type { describeEvent, describeLedger } from '../../views/payment-view.ts';
import { Ago, State } from './parts.tsx';

type Request = ReturnType<typeof describeLedger>['requests'][number];
type AppliedEvent = ReturnType<typeof describeEvent>;

interface Moment {
  key: string;
  at: string;
  kind: 'request' | 'event';
  title: string;
  state: ComponentChildren;
  about: ComponentChildren;
}

interface TimelineProps {
  /** Id of what it is about. */
  subject: string;
  requests: readonly Request[];
  events: readonly AppliedEvent[];
}

/** What was asked for and what events told, in the order in which it happened. */
export function Timeline({ subject, requests, events }: TimelineProps) {
  const told = events.map((event) => momentOfEvent(event, subject));
  // Events know the second only: what was asked for in the same one came before them.
  const second = ({ at }: Moment) => Math.floor(Date.parse(at) / 1000);
  const moments = [...requests.map(momentOfRequest), ...told].sort((a, b) => second(a) - second(b));
  if (moments.length === 0) return <p class="quiet">No request and no event about it is kept here.</p>;
  return (
    <ol class="timeline">
      {moments.map(({ key, at, kind, title, state, about }) => (
        <li key={key} class={kind}>
          <p class="moment">
            <strong>{title}</strong> {state} <Ago at={at} />
          </p>
          <p class="quiet">{about}</p>
        </li>
      ))}
    </ol>
  );
}

function momentOfRequest({ operation, reference, state, idempotency_key, request_id, attempts, at }: Request): Moment {
  return {
    key: `${idempotency_key} ${at}`,
    at,
    kind: 'request',
    title: operation,
    state: <State of={state} />,
    about: (
      <>
        Request “{reference}”, {attempts} {attempts === 1 ? 'attempt' : 'attempts'}
        {request_id && (
          <>
            , <code>{request_id}</code>
          </>
        )}
      </>
    ),
  };
}

function momentOfEvent({ event_id, type, effect, occurred_at, hooks }: AppliedEvent, subject: string): Moment {
  const states = Object.entries(hooks ?? {}).map(([name, state]) => `${name} ${state}`);
  return {
    key: event_id,
    at: occurred_at,
    kind: 'event',
    title: type,
    state: null,
    about: (
      <>
        {[effect.replace(`${subject} `, ''), ...states].join(', ')} <code>{event_id}</code>
      </>
    ),
  };
}
