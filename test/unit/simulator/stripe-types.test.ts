import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type * as billing from '../../../src/integrations/stripe/simulator/billing-objects.ts';
import type * as cards from '../../../src/integrations/stripe/simulator/card-objects.ts';
import type * as simulated from '../../../src/integrations/stripe/simulator/objects.ts';

/** The library turns texts of decimals into objects of its own. */
type Wire<T> = T extends object ? { [K in keyof T as K extends `${string}_decimal` ? never : K]: Wire<T[K]> } : T;

/** Compared above, or open lists of texts. */
type DisputeParts = 'balance_transactions' | 'evidence' | 'evidence_details';

/** Checked by the compiler: every field that the library promises is there, with a value that it allows. */
describe('simulated objects', () => {
  it('are what the official library expects at its pinned version', () => {
    expectTypeOf<simulated.PaymentIntent>().toExtend<Stripe.PaymentIntent>();
    expectTypeOf<simulated.SetupIntent>().toExtend<Stripe.SetupIntent>();
    expectTypeOf<cards.Charge>().toExtend<Stripe.Charge>();
    expectTypeOf<Pick<cards.Dispute, Exclude<keyof cards.Dispute, DisputeParts>>>().toExtend<
      Pick<Stripe.Dispute, Exclude<keyof Stripe.Dispute, DisputeParts>>
    >();
    expectTypeOf<simulated.Refund>().toExtend<Stripe.Refund>();
    expectTypeOf<simulated.Customer>().toExtend<Stripe.Customer>();
    expectTypeOf<cards.PaymentMethod>().toExtend<Stripe.PaymentMethod>();
    expectTypeOf<simulated.BalanceTransaction>().toExtend<Stripe.BalanceTransaction>();
    expectTypeOf<simulated.WebhookEndpoint>().toExtend<Stripe.WebhookEndpoint>();
    expectTypeOf<Omit<simulated.StripeEvent, 'type' | 'request'>>().toExtend<
      Omit<Stripe.EventBase, 'type' | 'request'>
    >();
    expectTypeOf<billing.TestClock>().toExtend<Stripe.TestHelpers.TestClock>();
    expectTypeOf<billing.Product>().toExtend<Stripe.Product>();
    expectTypeOf<billing.InvoicePayment>().toExtend<Stripe.InvoicePayment>();
  });

  it('have every field of those that hold decimals', () => {
    expectTypeOf<Wire<billing.Price>>().toExtend<Wire<Stripe.Price>>();
    expectTypeOf<keyof Required<Stripe.Subscription>>()
      .exclude<'default_tax_rates' | 'presentment_details' | 'status_details'>()
      .toExtend<keyof billing.Subscription>();
    expectTypeOf<Omit<billing.Subscription, 'items' | 'status'>>().toExtend<
      Omit<Stripe.Subscription, 'items' | 'status'>
    >();
    expectTypeOf<Omit<billing.Invoice, 'lines'>>().toExtend<Omit<Stripe.Invoice, 'lines'>>();
    expectTypeOf<Omit<billing.InvoiceLine, 'pricing' | 'quantity_decimal'>>().toExtend<
      Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal'>
    >();
    expectTypeOf<Omit<billing.CheckoutSession, never>>().toExtend<Stripe.Checkout.Session>();
    expectTypeOf<Omit<billing.SubscriptionItem, 'plan' | 'price'>>().toExtend<
      Omit<Stripe.SubscriptionItem, 'plan' | 'price'>
    >();
  });
});
