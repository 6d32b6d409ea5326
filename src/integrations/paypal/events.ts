import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const API = 'https://api.sandbox.paypal.com';

/** https://developer.paypal.com/api/rest/webhooks/event-names/ */
function event({ iso, text }: ExampleContext, type: string, summary: string, resourceType: string, resource: object) {
  const id = `WH-${text(17)}-${text(17)}`.toUpperCase();
  return {
    id,
    event_version: '1.0',
    create_time: iso,
    resource_type: resourceType,
    resource_version: '2.0',
    event_type: type,
    summary,
    resource,
    links: [{ href: `${API}/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' }],
  };
}

const types: Readonly<Record<string, EventType>> = {
  'PAYMENT.CAPTURE.COMPLETED': {
    about: 'The money was captured. Fulfil the order in `custom_id`, once for each capture.',
    example: (context) => {
      const id = context.text(17).toUpperCase();
      const amount = { currency_code: 'USD', value: '19.99' };
      return event(context, 'PAYMENT.CAPTURE.COMPLETED', 'Payment completed for $ 19.99 USD', 'capture', {
        id,
        status: 'COMPLETED',
        amount,
        final_capture: true,
        custom_id: '6735',
        seller_protection: {
          status: 'ELIGIBLE',
          dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'],
        },
        seller_receivable_breakdown: {
          gross_amount: amount,
          paypal_fee: { currency_code: 'USD', value: '1.19' },
          net_amount: { currency_code: 'USD', value: '18.80' },
        },
        create_time: context.iso,
        update_time: context.iso,
        links: [{ href: `${API}/v2/payments/captures/${id}`, rel: 'self', method: 'GET' }],
      });
    },
  },
  'BILLING.SUBSCRIPTION.CANCELLED': {
    about: 'No further payments will come. End access with the period that was paid.',
    example: (context) =>
      event(context, 'BILLING.SUBSCRIPTION.CANCELLED', 'Subscription cancelled', 'subscription', {
        id: `I-${context.text(12).toUpperCase()}`,
        plan_id: `P-${context.text(24).toUpperCase()}`,
        status: 'CANCELLED',
        status_update_time: context.iso,
        custom_id: '6735',
      }),
  },
};

export const paypalEvents: EventExamples = {
  layout: 'compact',
  headers: {
    'user-agent': 'PayPal/AUHD-1.0-1',
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-auth-version': 'v2',
    'paypal-cert-url': `${API}/v1/notifications/certs/CERT-360caa42-fca2a594-local`,
  },
  types,
};
