import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { invalidRequest, missing, StripeApiError } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId } from './ids.ts';
import { choice, integer, metadata, text } from './parameters.ts';
import { billingParameters, buildBilling, mergeMetadata } from './shared-parameters.ts';
import type { TestCard } from './test-cards.ts';
import { cardByName, cardByNumber, INCORRECT_CVC, REAL_CARD } from './test-cards.ts';

export const paymentMethodData = z.strictObject({
  type: choice('card'),
  card: z
    .strictObject({
      token: text().optional(),
      number: text().optional(),
      exp_month: integer(0, 999).optional(),
      exp_year: integer(0, 9_999).optional(),
      cvc: text().optional(),
    })
    .transform(({ token, number, exp_month, exp_year, cvc }, ctx) => {
      if (token !== undefined) return { token };
      if (number !== undefined && exp_month !== undefined && exp_year !== undefined) {
        return { number, exp_month, exp_year, cvc };
      }
      const lacking = Object.entries({ number, exp_month, exp_year }).filter(([, value]) => value === undefined);
      ctx.addIssue({ code: 'invalid_type', expected: 'string', path: lacking.slice(0, 1).map(([name]) => name) });
      return z.NEVER;
    }),
  billing_details: billingParameters.optional(),
  metadata: metadata().optional(),
});

type PaymentMethodData = z.output<typeof paymentMethodData>;

type CardData = Exclude<PaymentMethodData['card'], { token: string }>;

/** The payment method that an id names. `pm_card_…` stands for a test card and makes a new one each time, as at Stripe. */
export function resolvePaymentMethod(account: Account, id: string): PaymentMethod {
  const card = cardByName(id);
  if (card !== undefined) return addNamed(account, card);
  const method = account.paymentMethods.get(id);
  if (method === undefined) throw missing('PaymentMethod', id, 'payment_method', 400);
  return method;
}

/** Throws a card error for details that no issuer would take. */
export function createPaymentMethod(account: Account, data: PaymentMethodData): PaymentMethod {
  const method = 'token' in data.card ? fromToken(account, data.card.token) : fromDetails(account, data.card);
  method.billing_details = buildBilling(data.billing_details);
  method.metadata = mergeMetadata({}, data.metadata);
  return method;
}

/** Tokens of test cards are named as their payment methods are: https://docs.stripe.com/testing?testing-method=tokens */
function fromToken(account: Account, token: string): PaymentMethod {
  const card = cardByName(token.replace(/^tok_/, 'pm_card_'));
  if (card === undefined || !token.startsWith('tok_')) throw missing('token', token, 'card[token]', 400);
  return addNamed(account, card);
}

function addNamed(account: Account, card: TestCard): PaymentMethod {
  const expiry = new Date(account.now() * 1000);
  return addPaymentMethod(account, card, expiry.getUTCMonth() + 1, expiry.getUTCFullYear() + 1);
}

function fromDetails(account: Account, details: CardData): PaymentMethod {
  const { exp_month: month, exp_year: year, cvc } = details;
  const number = details.number.replace(/[ -]/g, '');
  const card = cardByNumber(number);
  if (!passesLuhn(number)) throw invalidCard('incorrect_number', 'Your card number is incorrect.', 'number');
  if (card === undefined) {
    throw cardError(REAL_CARD.code, REAL_CARD.message, { decline_code: REAL_CARD.declineCode });
  }
  checkExpiry(account, month, year);
  if (cvc !== undefined && cvc.length !== (card.brand === 'amex' ? 4 : 3)) {
    throw invalidCard('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
  return addPaymentMethod(account, card, month, year);
}

function checkExpiry(account: Account, month: number, year: number): void {
  if (month < 1 || month > 12) {
    throw invalidCard('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const now = new Date(account.now() * 1000);
  const age = (now.getUTCFullYear() - year) * 12 + now.getUTCMonth() + 1 - month;
  if (age > 0 || age < -50 * 12) {
    throw invalidCard('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
}

function invalidCard(code: string, message: string, param: string): StripeApiError {
  return cardError(code, message, { param });
}

/** Throws the 400 unless the method is attached to the customer. */
export function requireAttached(account: Account, id: string, customer: string, param: string): PaymentMethod {
  const method = account.paymentMethods.get(id);
  if (method === undefined) throw missing('PaymentMethod', id, param, 400);
  if (method.customer === customer) return method;
  const message = `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`;
  throw invalidRequest(message, { code: 'resource_missing', param });
}

/** Saves the method for a customer. */
export function attach(call: Call, method: PaymentMethod, customer: string): void {
  if (method.customer === customer) return;
  if (method.customer !== null) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    });
  }
  const card = call.account.cards.get(method.id);
  // Cards whose first use is declined are declined when they are saved as well: https://docs.stripe.com/testing#declined-payments
  const refusal = card?.failsCvcCheck === true ? INCORRECT_CVC : card?.decline;
  if (refusal !== undefined && card?.attaches !== true) {
    const { code, message, declineCode } = refusal;
    throw cardError(code, message, { decline_code: declineCode });
  }
  method.customer = customer;
  call.emit('payment_method.attached', method);
}

export function cardError(code: string, message: string, fields: Record<string, unknown>): StripeApiError {
  return new StripeApiError(402, 'card_error', message, { ...fields, code });
}

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = Array.from(number, Number)
    .reverse()
    .map((digit, index) => (index % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}

function addPaymentMethod(account: Account, card: TestCard, month: number, year: number): PaymentMethod {
  const { brand, country, funding, number } = card;
  const method: PaymentMethod = {
    id: createId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: buildBilling(),
    card: {
      brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'unchecked' },
      country,
      display_brand: brand,
      exp_month: month,
      exp_year: year,
      fingerprint: createHash('sha256').update(number).digest('hex').slice(0, 16),
      funding,
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: brand !== 'amex' },
      wallet: null,
    },
    created: account.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  account.cards.set(method.id, card);
  return account.paymentMethods.add(method);
}
