import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://developer.squareup.com/reference/square/payments/webhooks */
function payment({ iso, text, uuid }: ExampleContext, type: string, status: string) {
  const id = text(29);
  return {
    merchant_id: 'ML82H4QPKMGXY',
    type,
    event_id: uuid(),
    created_at: iso,
    data: {
      type: 'payment',
      id,
      object: {
        payment: {
          id,
          status,
          amount_money: { amount: 1999, currency: 'USD' },
          total_money: { amount: 1999, currency: 'USD' },
          source_type: 'CARD',
          card_details: {
            status: 'CAPTURED',
            card: { card_brand: 'VISA', last_4: '1111', exp_month: 12, exp_year: 2034 },
          },
          location_id: 'L88917AVBK2S5',
          order_id: text(29),
          created_at: iso,
          updated_at: iso,
        },
      },
    },
  };
}

const types: Readonly<Record<string, EventType>> = {
  'payment.created': {
    about: '`APPROVED` is authorised and not yet taken. Fulfil when `status` is `COMPLETED`.',
    example: (context) => payment(context, 'payment.created', 'APPROVED'),
  },
  'payment.updated': {
    about: 'Status, card or refunds changed. Overwrite what is stored, unless that has a later `updated_at`.',
    example: (context) => payment(context, 'payment.updated', 'COMPLETED'),
  },
};

export const squareEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'Square Connect v2', 'square-environment': 'Sandbox' },
  types,
};
