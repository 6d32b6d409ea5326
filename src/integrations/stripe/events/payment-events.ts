import type { EventType, ExampleContext } from '../../../webhooks/event-examples.ts';
import { ADDRESS, CUSTOMER, EMAIL, snapshot } from './snapshot.ts';

const AMOUNT = 1999;

/** https://docs.stripe.com/api/payment_intents/object */
export function paymentIntent({ seconds, text }: ExampleContext) {
  const id = `pi_3${text(23)}`;
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: AMOUNT,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: AMOUNT,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${text(25)}`,
    confirmation_method: 'automatic',
    created: seconds - 5,
    currency: 'usd',
    customer: CUSTOMER,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: `ch_3${text(23)}`,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: { order_id: '6735' },
    next_action: null,
    on_behalf_of: null,
    payment_method: `pm_1${text(23)}`,
    payment_method_configuration_details: { id: `pmc_1${text(23)}`, parent: null },
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: EMAIL,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  } as const;
}

/** A card that its issuer declined for want of money: https://docs.stripe.com/declines/codes */
export function failedPaymentIntent(context: ExampleContext) {
  const intent = paymentIntent(context);
  return {
    ...intent,
    amount_received: 0,
    last_payment_error: {
      advice_code: 'try_again_later',
      charge: intent.latest_charge,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      doc_url: 'https://docs.stripe.com/error-codes#card-declined',
      message: 'Your card has insufficient funds.',
      network_decline_code: '51',
      payment_method_type: 'card',
      type: 'card_error',
    },
    payment_method: null,
    status: 'requires_payment_method',
  } as const;
}

/** https://docs.stripe.com/api/charges/object */
export function charge({ seconds, text }: ExampleContext) {
  return {
    id: `ch_3${text(23)}`,
    object: 'charge',
    amount: AMOUNT,
    amount_captured: AMOUNT,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: `txn_3${text(23)}`,
    billing_details: { address: ADDRESS, email: EMAIL, name: 'Jenny Rosen', phone: null, tax_id: null },
    calculated_statement_descriptor: 'EXAMPLE.COM',
    captured: true,
    created: seconds - 5,
    currency: 'usd',
    customer: CUSTOMER,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: { order_id: '6735' },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: 'Payment complete.',
      type: 'authorized',
    },
    paid: true,
    payment_intent: `pi_3${text(23)}`,
    payment_method: `pm_1${text(23)}`,
    payment_method_details: { card: card(text), type: 'card' },
    radar_options: {},
    receipt_email: EMAIL,
    receipt_number: null,
    receipt_url: `https://pay.stripe.com/receipts/payment/${text(40)}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  } as const;
}

function card(text: ExampleContext['text']) {
  return {
    amount_authorized: AMOUNT,
    authorization_code: '418327',
    brand: 'visa',
    checks: { address_line1_check: null, address_postal_code_check: 'pass', cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: text(16),
    funding: 'credit',
    installments: null,
    last4: '4242',
    mandate: null,
    network: 'visa',
    network_token: { used: false },
    network_transaction_id: '104102978678771',
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  } as const;
}

/** https://docs.stripe.com/api/events/types */
export const paymentEvents: Readonly<Record<string, EventType>> = {
  'payment_intent.succeeded': {
    about:
      'Paid, or the authorised amount was captured. Fulfil the order that `metadata` names, once for each payment intent.',
    example: (context) => snapshot(context, 'payment_intent.succeeded', paymentIntent(context)),
  },
  'payment_intent.payment_failed': {
    about:
      'An attempt failed; the intent can be paid with another method. Show the customer `last_payment_error.code`, keep the order open.',
    example: (context) => snapshot(context, 'payment_intent.payment_failed', failedPaymentIntent(context)),
  },
  'payment_intent.canceled': {
    about:
      'It can no longer be paid, and what was authorised is released. Close the order, or begin anew with another intent.',
    example: (context) =>
      snapshot(context, 'payment_intent.canceled', {
        ...paymentIntent(context),
        amount_received: 0,
        canceled_at: context.seconds,
        cancellation_reason: 'requested_by_customer',
        latest_charge: null,
        status: 'canceled',
      }),
  },
  'charge.succeeded': {
    about:
      'A card was charged, or authorised where it is captured later. Leave fulfilment to `payment_intent.succeeded`, or it is done twice.',
    example: (context) => snapshot(context, 'charge.succeeded', charge(context)),
  },
  'charge.refunded': {
    about:
      'Part or all was given back; `amount_refunded` is the sum so far. Set the refunded amount, do not add to it.',
    example: (context) => {
      const refunded = { ...charge(context), amount_refunded: AMOUNT, refunded: true };
      return snapshot(context, 'charge.refunded', refunded, { amount_refunded: 0, refunded: false });
    },
  },
};
