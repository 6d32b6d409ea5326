import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type * as cards from '../../../src/integrations/stripe/simulator/card-objects.ts';
import type * as simulated from '../../../src/integrations/stripe/simulator/objects.ts';

/** Checked by the compiler: every field that the library promises is there, with a value that it allows. */
describe('simulated objects', () => {
  it('are what the official library expects at its pinned version', () => {
    expectTypeOf<simulated.PaymentIntent>().toExtend<Stripe.PaymentIntent>();
    expectTypeOf<cards.Charge>().toExtend<Stripe.Charge>();
    expectTypeOf<simulated.Refund>().toExtend<Stripe.Refund>();
    expectTypeOf<simulated.Customer>().toExtend<Stripe.Customer>();
    expectTypeOf<cards.PaymentMethod>().toExtend<Stripe.PaymentMethod>();
    expectTypeOf<simulated.BalanceTransaction>().toExtend<Stripe.BalanceTransaction>();
    expectTypeOf<Omit<simulated.StripeEvent, 'type'>>().toExtend<Omit<Stripe.EventBase, 'type'>>();
  });
});
