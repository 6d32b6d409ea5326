import { useState } from 'preact/hooks';
import type { describeEvent } from '../../views/webhook-event-view.ts';
import { EVENT_STATUSES } from '../../webhooks/event-log.ts';
import { call } from './api.ts';
import { EventDetail } from './event-detail.tsx';
import { Empty, Failure, Rows, Split, State } from './parts.tsx';
import { hrefOf } from './route.ts';
import { useData } from './use-data.ts';

type Event = ReturnType<typeof describeEvent>;

const PAGE = 50;

export function EventsView({ id }: { id: string | undefined }) {
  const [status, setStatus] = useState('');
  const [cursor, setCursor] = useState<string>();
  const filter = { limit: PAGE, ...(status && { status }), ...(cursor && { cursor }) };
  const { value, error } = useData(JSON.stringify(filter), ['events'], (signal) =>
    call<{ events: Event[]; next_cursor?: string }>('list_webhook_events', filter, signal),
  );
  const show = (next: string) => {
    setStatus(next);
    setCursor(undefined);
  };
  const list = (
    <>
      <div class="tools">
        <label>
          Status
          <select value={status} onChange={({ currentTarget }) => show(currentTarget.value)}>
            <option value="">all</option>
            {EVENT_STATUSES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <div class="pages">
          {cursor !== undefined && (
            <button type="button" onClick={() => setCursor(undefined)}>
              Newest
            </button>
          )}
          {value?.next_cursor !== undefined && (
            <button type="button" onClick={() => setCursor(value.next_cursor)}>
              Older
            </button>
          )}
        </div>
      </div>
      <Failure error={error} />
      {value && <EventRows events={value.events} chosen={id} isFiltered={status !== ''} />}
    </>
  );
  return <Split list={list} detail={<EventDetail key={id} id={id} />} />;
}

interface EventRowsProps {
  events: readonly Event[];
  chosen: string | undefined;
  isFiltered: boolean;
}

function EventRows({ events, chosen, isFiltered }: EventRowsProps) {
  if (events.length === 0 && isFiltered) return <Empty title="None in this status">Show all to see the others.</Empty>;
  if (events.length === 0) {
    return (
      <Empty title="No webhook received yet">
        Ask your agent to start the listener (<code>webhook_listener</code>) and to send a signed example to it (
        <code>sign_webhook</code>).
      </Empty>
    );
  }
  const rows = events.map(({ id, event_type, provider, status, reason, received_at, duplicates }) => ({
    id,
    href: hrefOf('events', id),
    title: event_type ?? 'Unknown type',
    state: <State of={status} />,
    about: [provider, reason === 'ok' ? 'signature verified' : reason.replaceAll('_', ' '), repeatsOf(duplicates)]
      .filter(Boolean)
      .join(' · '),
    at: received_at,
  }));
  return <Rows rows={rows} chosen={chosen} label="Webhooks received" />;
}

function repeatsOf(duplicates: number): string {
  return duplicates === 0 ? '' : `${duplicates} ${duplicates === 1 ? 'duplicate' : 'duplicates'}`;
}
