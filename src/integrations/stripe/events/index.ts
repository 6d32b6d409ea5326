import type { EventExamples } from '../../../webhooks/event-examples.ts';
import { checkoutEvents } from './checkout-events.ts';
import { disputeEvents } from './dispute-events.ts';
import { invoiceEvents } from './invoice-events.ts';
import { paymentEvents } from './payment-events.ts';
import { subscriptionEvents } from './subscription-events.ts';

export const stripeEvents: EventExamples = {
  layout: 'indented',
  headers: { 'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)' },
  types: { ...paymentEvents, ...checkoutEvents, ...subscriptionEvents, ...invoiceEvents, ...disputeEvents },
};
