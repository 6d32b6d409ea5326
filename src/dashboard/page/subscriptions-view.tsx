import type { details, lists } from '../lists.ts';
import { get } from './api.ts';
import { Empty, Facts, Failure, formatTime, Rows, Split, State } from './parts.tsx';
import { hrefOf } from './route.ts';
import { Timeline } from './timeline.tsx';
import { useData } from './use-data.ts';

type Subscriptions = Awaited<ReturnType<typeof lists.subscriptions>>;
type Subscription = Awaited<ReturnType<typeof details.subscriptions>>;

export function SubscriptionsView({ id }: { id: string | undefined }) {
  const { value, error } = useData('subscriptions', ['subscriptions'], (signal) =>
    get<Subscriptions>('subscriptions', signal),
  );
  const list = (
    <>
      <Failure error={error} />
      {value && <SubscriptionRows {...value} chosen={id} />}
    </>
  );
  return <Split list={list} detail={<Detail key={id} id={id} />} />;
}

function SubscriptionRows({ subscriptions, chosen }: Subscriptions & { chosen: string | undefined }) {
  if (subscriptions.length === 0) {
    return (
      <Empty title="No subscription yet">
        Subscriptions appear when verified Stripe events tell of them. Start the listener with{' '}
        <code>webhook_listener</code>.
      </Empty>
    );
  }
  const rows = subscriptions.map(({ subscription_id, status, customer, prices, as_of }) => ({
    id: subscription_id,
    href: hrefOf('subscriptions', subscription_id),
    title: prices.join(', ') || subscription_id,
    state: <State of={status} />,
    about: customer ?? subscription_id,
    at: as_of ?? 0,
  }));
  return <Rows rows={rows} chosen={chosen} label="Subscriptions" />;
}

function Detail({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return <Empty title="Nothing chosen">Choose a subscription to see its invoices and events.</Empty>;
  }
  return <Shown id={id} />;
}

function Shown({ id }: { id: string }) {
  const { value, error } = useData(id, [`subscription://${encodeURIComponent(id)}`], (signal) =>
    get<Subscription>(`subscriptions/${encodeURIComponent(id)}`, signal),
  );
  if (value === undefined) return <Failure error={error} />;
  const time = (at: string | undefined) => at && formatTime(at);
  return (
    <article aria-label="Subscription">
      <h2>{value.prices?.join(', ') || id}</h2>
      <Facts
        facts={{
          Status: value.status && <State of={value.status} />,
          Id: <code>{id}</code>,
          Customer: value.customer,
          'Period ends': time(value.current_period_end),
          'Trial ends': time(value.trial_end),
          Cancels: value.cancel_at_period_end ? 'at the end of the period' : time(value.cancel_at),
          Ended: time(value.ended_at),
          Collection: value.collection_paused ? 'paused' : undefined,
        }}
      />
      <h3>Invoices</h3>
      {value.invoices.length === 0 && <p class="quiet">None was paid or failed yet.</p>}
      <ul class="attempts">
        {value.invoices.map(({ invoice_id, state, amount_display, at }) => (
          <li key={invoice_id}>
            <strong>{amount_display}</strong> <State of={state} /> <code>{invoice_id}</code>
            <span class="quiet">{formatTime(at)}</span>
          </li>
        ))}
      </ul>
      <h3>Timeline</h3>
      <Timeline subject={id} requests={[]} events={value.events} />
    </article>
  );
}
