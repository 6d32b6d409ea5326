import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** Paddle's ids are ULIDs in lower case. */
function id(prefix: string, { text }: ExampleContext): string {
  return `${prefix}_01${text(24).toLowerCase()}`;
}

/** https://developer.paddle.com/webhooks/overview */
function event(context: ExampleContext, type: string, data: object) {
  return {
    event_id: id('evt', context),
    event_type: type,
    occurred_at: context.iso,
    notification_id: id('ntf', context),
    data,
  };
}

function subscription(context: ExampleContext, status: string) {
  return {
    id: id('sub', context),
    status,
    customer_id: id('ctm', context),
    address_id: id('add', context),
    currency_code: 'USD',
    collection_mode: 'automatic',
    billing_cycle: { interval: 'month', frequency: 1 },
    items: [{ status: 'active', quantity: 1, recurring: true, price: { id: id('pri', context), name: 'Monthly' } }],
    scheduled_change: null,
    custom_data: null,
    started_at: context.iso,
    created_at: context.iso,
    updated_at: context.iso,
    canceled_at: status === 'canceled' ? context.iso : null,
  };
}

const types: Readonly<Record<string, EventType>> = {
  'transaction.completed': {
    about: 'Paid and fully processed. Fulfil, or extend what was bought; `custom_data` and `customer_id` say for whom.',
    example: (context) =>
      event(context, 'transaction.completed', {
        id: id('txn', context),
        status: 'completed',
        customer_id: id('ctm', context),
        subscription_id: id('sub', context),
        currency_code: 'USD',
        collection_mode: 'automatic',
        origin: 'web',
        items: [
          { quantity: 1, price: { id: id('pri', context), unit_price: { amount: '1999', currency_code: 'USD' } } },
        ],
        details: { totals: { subtotal: '1999', tax: '0', total: '1999', currency_code: 'USD' } },
        payments: [{ amount: '1999', status: 'captured', captured_at: context.iso }],
        created_at: context.iso,
        updated_at: context.iso,
        billed_at: context.iso,
      }),
  },
  'subscription.created': {
    about: 'A subscription began. Grant access by `status`; `items` say to what.',
    example: (context) => event(context, 'subscription.created', subscription(context, 'active')),
  },
  'subscription.canceled': {
    about: 'The subscription has ended. Take access away.',
    example: (context) => event(context, 'subscription.canceled', subscription(context, 'canceled')),
  },
};

export const paddleEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Paddle' }, types };
