import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type { checkoutSession } from '../../../src/integrations/stripe/events/checkout-events.ts';
import type { dispute } from '../../../src/integrations/stripe/events/dispute-events.ts';
import type { invoice } from '../../../src/integrations/stripe/events/invoice-events.ts';
import type {
  charge,
  failedPaymentIntent,
  paymentIntent,
} from '../../../src/integrations/stripe/events/payment-events.ts';
import type { snapshot } from '../../../src/integrations/stripe/events/snapshot.ts';
import type { subscription } from '../../../src/integrations/stripe/events/subscription-events.ts';

/** Literals and read-only arrays as what they are on the wire; decimals, which the library turns into objects, as text. */
type Wire<T> = T extends string | number
  ? T
  : T extends Stripe.Decimal
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Wire<T[Key]> }
        : T;

/** Checked by the compiler: every field that the library promises is there, with a value that it allows. */
describe('examples of Stripe events', () => {
  it('are what the official library expects at its pinned version', () => {
    expectTypeOf<ReturnType<typeof paymentIntent>>().toExtend<Wire<Stripe.PaymentIntent>>();
    expectTypeOf<ReturnType<typeof failedPaymentIntent>>().toExtend<Wire<Stripe.PaymentIntent>>();
    expectTypeOf<ReturnType<typeof charge>>().toExtend<Wire<Stripe.Charge>>();
    expectTypeOf<ReturnType<typeof checkoutSession>>().toExtend<Wire<Stripe.Checkout.Session>>();
    expectTypeOf<ReturnType<typeof subscription>>().toExtend<Wire<Stripe.Subscription>>();
    expectTypeOf<ReturnType<typeof invoice>>().toExtend<Wire<Stripe.Invoice>>();
    expectTypeOf<ReturnType<typeof dispute>>().toExtend<Wire<Stripe.Dispute>>();
    expectTypeOf<Omit<ReturnType<typeof snapshot>, 'type'>>().toExtend<Wire<Omit<Stripe.EventBase, 'type'>>>();
  });
});
