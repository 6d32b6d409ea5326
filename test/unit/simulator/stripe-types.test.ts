import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type * as billing from '../../../src/integrations/stripe/simulator/billing-objects.ts';
import type * as cards from '../../../src/integrations/stripe/simulator/card-objects.ts';
import type * as checkout from '../../../src/integrations/stripe/simulator/checkout-objects.ts';
import type * as invoices from '../../../src/integrations/stripe/simulator/invoice-objects.ts';
import type * as simulated from '../../../src/integrations/stripe/simulator/objects.ts';
import type * as setup from '../../../src/integrations/stripe/simulator/setup-objects.ts';

/** The library turns texts of decimals into objects of its own. */
type Wire<T> = T extends object ? { [K in keyof T as K extends `${string}_decimal` ? never : K]: Wire<T[K]> } : T;

/** Checked by the compiler: every field that the library promises is there, with a value that it allows. */
describe('simulated objects', () => {
  it('are what the official library expects at its pinned version', () => {
    expectTypeOf<simulated.PaymentIntent>().toExtend<Stripe.PaymentIntent>();
    expectTypeOf<setup.SetupIntent>().toExtend<Stripe.SetupIntent>();
    expectTypeOf<cards.Charge>().toExtend<Stripe.Charge>();
    expectTypeOf<Exclude<keyof Stripe.Dispute, keyof cards.Dispute>>().toEqualTypeOf<never>();
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
    expectTypeOf<invoices.InvoicePayment>().toExtend<Stripe.InvoicePayment>();
  });

  it('have every field of those that hold decimals', () => {
    expectTypeOf<Wire<billing.Price>>().toExtend<Wire<Stripe.Price>>();
    expectTypeOf<keyof Required<Stripe.Subscription>>()
      .exclude<'default_tax_rates' | 'presentment_details' | 'status_details'>()
      .toExtend<keyof billing.Subscription>();
    expectTypeOf<Omit<billing.Subscription, 'items' | 'status'>>().toExtend<
      Omit<Stripe.Subscription, 'items' | 'status'>
    >();
    expectTypeOf<Omit<invoices.Invoice, 'lines'>>().toExtend<Omit<Stripe.Invoice, 'lines'>>();
    expectTypeOf<Omit<invoices.InvoiceLine, 'pricing' | 'quantity_decimal'>>().toExtend<
      Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal'>
    >();
    expectTypeOf<Omit<checkout.CheckoutSession, never>>().toExtend<Stripe.Checkout.Session>();
    expectTypeOf<Omit<billing.SubscriptionItem, 'plan' | 'price'>>().toExtend<
      Omit<Stripe.SubscriptionItem, 'plan' | 'price'>
    >();
  });
});
