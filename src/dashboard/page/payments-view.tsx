import type { details, lists } from '../lists.ts';
import { get } from './api.ts';
import { Empty, Facts, Failure, formatTime, Rows, Split, State } from './parts.tsx';
import { hrefOf } from './route.ts';
import { Timeline } from './timeline.tsx';
import { useData } from './use-data.ts';

type Payments = Awaited<ReturnType<typeof lists.payments>>;
type Payment = Awaited<ReturnType<typeof details.payments>>;

export function PaymentsView({ id }: { id: string | undefined }) {
  const { value, error } = useData('payments', ['payments'], (signal) => get<Payments>('payments', signal));
  const list = (
    <>
      <Failure error={error} />
      {value && <PaymentRows {...value} chosen={id} />}
    </>
  );
  return <Split list={list} detail={<Detail key={id} id={id} />} />;
}

function PaymentRows({ payments, chosen }: Payments & { chosen: string | undefined }) {
  if (payments.length === 0) {
    return (
      <Empty title="No payment yet">
        Payments appear when an agent creates one (<code>create_payment_intent</code>) or a verified Stripe event tells
        of one.
      </Empty>
    );
  }
  const rows = payments.map(({ payment_intent_id, amount_display, status, reference, mode, updated_at }) => ({
    id: payment_intent_id,
    href: hrefOf('payments', payment_intent_id),
    title: amount_display,
    state: <State of={status} />,
    about: [reference ?? payment_intent_id, mode === 'live' ? 'live' : ''].filter(Boolean).join(' · '),
    at: updated_at,
  }));
  return <Rows rows={rows} chosen={chosen} label="Payments" />;
}

function Detail({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return <Empty title="Nothing chosen">Choose a payment to see its requests and events in order.</Empty>;
  }
  return <Shown id={id} />;
}

function Shown({ id }: { id: string }) {
  const { value, error } = useData(id, [`payment://${encodeURIComponent(id)}`], (signal) =>
    get<Payment>(`payments/${encodeURIComponent(id)}`, signal),
  );
  if (value === undefined) return <Failure error={error} />;
  const { payment, ledger } = value;
  return (
    <article aria-label="Payment">
      <h2>{payment?.amount_display ?? id}</h2>
      <Facts
        facts={{
          Status: payment && <State of={payment.status} />,
          Declined: payment?.decline_code,
          Id: <code>{id}</code>,
          Reference: payment?.reference,
          Integration: payment && `${payment.integration}, ${payment.mode} mode`,
          Refunded: ledger.refunded > 0 ? `${ledger.refunded} (minor units)` : undefined,
          Created: payment && formatTime(payment.created_at),
        }}
      />
      <h3>Timeline</h3>
      <Timeline subject={id} requests={ledger.requests} events={ledger.events} />
    </article>
  );
}
