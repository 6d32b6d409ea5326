import { COUNTRY_CARDS } from './country-cards.ts';

/** What the issuer answers: https://docs.stripe.com/declines/codes */
export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
  readonly adviceCode?: string;
  /** The card parameter to blame, where there is one. */
  readonly param?: string;
}

/** A card of https://docs.stripe.com/testing, by what it does. */
export interface TestCard {
  readonly number: string;
  readonly brand: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly country: string;
  readonly decline?: Decline;
  /** `always` also refuses payments off session; `on_session` behaves as a card that was set up for them. */
  readonly authentication?: 'always' | 'on_session';
  /** Can be saved for a customer although it is declined. */
  readonly attaches?: true;
  /** The payment succeeds and is then disputed. */
  readonly dispute?: DisputeTrait;
  /** A refund succeeds only afterwards, or fails afterwards, in place of at once. */
  readonly refund?: 'pending' | 'fails';
  /** The issuer says that the security code is wrong, and lets the payment pass all the same; such a card is not saved. */
  readonly failsCvcCheck?: true;
  /** Captured funds are available at once. */
  readonly bypassPending?: true;
}

export interface DisputeTrait {
  readonly reason: 'fraudulent' | 'product_not_received';
  /** An inquiry withdraws no money. */
  readonly isInquiry: boolean;
}

const DECLINED = 'Your card was declined.';

function cardDeclined(declineCode: string, message = DECLINED, adviceCode?: string): Decline {
  return { code: 'card_declined', declineCode, message, ...(adviceCode !== undefined && { adviceCode }) };
}

const GENERIC = cardDeclined('generic_decline', DECLINED, 'try_again_later');
const INSUFFICIENT_FUNDS = cardDeclined('insufficient_funds', 'Your card has insufficient funds.', 'try_again_later');
const EXPIRED: Decline = {
  code: 'expired_card',
  declineCode: 'expired_card',
  message: 'Your card has expired.',
  param: 'exp_month',
};
export const INCORRECT_CVC: Decline = {
  code: 'incorrect_cvc',
  declineCode: 'incorrect_cvc',
  message: "Your card's security code is incorrect.",
  param: 'cvc',
};
const PROCESSING: Decline = {
  code: 'processing_error',
  declineCode: 'processing_error',
  message: 'An error occurred while processing your card. Try again in a little bit.',
};

/** A payment off session with a card that asks for authentication. */
export const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** A number that is no test card, used with a test key. */
export const REAL_CARD = cardDeclined(
  'test_mode_live_card',
  'Your card was declined. Your request was in test mode, but used a non test card.',
);

type Row = readonly [number: string, names: readonly string[], traits?: Partial<TestCard>];

const ROWS: readonly Row[] = [
  ['4242424242424242', ['visa', 'us']],
  ['4000056655665556', ['visa_debit'], { funding: 'debit' }],
  ['5555555555554444', ['mastercard'], { brand: 'mastercard' }],
  ['2223003122003222', [], { brand: 'mastercard' }],
  ['5200828282828210', ['mastercard_debit'], { brand: 'mastercard', funding: 'debit' }],
  ['5105105105105100', ['mastercard_prepaid'], { brand: 'mastercard', funding: 'prepaid' }],
  ['378282246310005', ['amex'], { brand: 'amex' }],
  ['371449635398431', [], { brand: 'amex' }],
  ['6011111111111117', ['discover'], { brand: 'discover' }],
  ['3056930009020004', ['diners'], { brand: 'diners' }],
  ['3566002020360505', ['jcb'], { brand: 'jcb', country: 'JP' }],
  ['6200000000000005', ['unionpay'], { brand: 'unionpay', country: 'CN' }],
  ['4000000000000002', ['visa_chargeDeclined', 'chargeDeclined'], { decline: GENERIC }],
  ['4000000000009995', declineNames('InsufficientFunds'), { decline: INSUFFICIENT_FUNDS }],
  ['4000000000009987', declineNames('LostCard'), { decline: cardDeclined('lost_card', DECLINED, 'do_not_try_again') }],
  [
    '4000000000009979',
    declineNames('StolenCard'),
    { decline: cardDeclined('stolen_card', DECLINED, 'do_not_try_again') },
  ],
  ['4000000000000069', declineNames('ExpiredCard'), { decline: EXPIRED }],
  ['4000000000000127', declineNames('IncorrectCvc'), { decline: INCORRECT_CVC }],
  ['4000000000000119', declineNames('ProcessingError'), { decline: PROCESSING }],
  [
    '4000000000006975',
    declineNames('VelocityLimitExceeded'),
    {
      decline: cardDeclined(
        'card_velocity_exceeded',
        'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
      ),
    },
  ],
  ['4100000000000019', ['radarBlock', 'chargeDeclinedFraudulent'], { decline: cardDeclined('fraudulent') }],
  ['4000000000000341', ['chargeCustomerFail', 'visa_chargeCustomerFail'], { decline: GENERIC, attaches: true }],
  ['4000000000000259', ['createDispute'], { dispute: { reason: 'fraudulent', isInquiry: false } }],
  [
    '4000000000002685',
    ['createDisputeProductNotReceived'],
    { dispute: { reason: 'product_not_received', isInquiry: false } },
  ],
  ['4000000000001976', ['createDisputeInquiry'], { dispute: { reason: 'fraudulent', isInquiry: true } }],
  ['4000000000007726', ['pendingRefund'], { refund: 'pending' }],
  ['4000000000005126', ['refundFail'], { refund: 'fails' }],
  ['4000000000000077', ['bypassPending'], { bypassPending: true }],
  ['4000000000000101', ['cvcCheckFail'], { failsCvcCheck: true }],
  // Radar's own rules block the highest risk.
  ['4000000000004954', ['riskLevelHighest'], { decline: cardDeclined('fraudulent'), attaches: true }],
  ['4000002500003155', ['authenticationRequiredOnSetup'], { authentication: 'always', country: 'IE' }],
  ['4000002760003184', ['authenticationRequired'], { authentication: 'always', country: 'DE' }],
  ['4000003800000446', ['authenticationRequiredSetupForOffSession'], { authentication: 'on_session', country: 'IE' }],
  [
    '4000008260003178',
    ['authenticationRequiredChargeDeclinedInsufficientFunds'],
    { authentication: 'always', decline: INSUFFICIENT_FUNDS, country: 'GB' },
  ],
  ['4000000000003220', ['threeDSecure2Required'], { authentication: 'always', country: 'IE' }],
  ['4000008400001629', ['threeDSecureRequiredChargeDeclined'], { authentication: 'always', decline: GENERIC }],
  ['4000000000003055', ['threeDSecureOptional']],
  ['4000058260000005', ['gb_debit'], { country: 'GB', funding: 'debit' }],
  ...Object.entries(COUNTRY_CARDS).map(([country, number]): Row => [number, [country.toLowerCase()], { country }]),
];

/** Stripe names some decline cards with the brand and some without; people use both. */
function declineNames(reason: string): string[] {
  return [`chargeDeclined${reason}`, `visa_chargeDeclined${reason}`];
}

const byNumber = new Map<string, TestCard>();
const byName = new Map<string, TestCard>();
for (const [number, names, traits] of ROWS) {
  const card: TestCard = { number, brand: 'visa', funding: 'credit', country: 'US', ...traits };
  byNumber.set(number, card);
  for (const name of names) byName.set(`pm_card_${name}`, card);
}

/** @param number digits only */
export function cardByNumber(number: string): TestCard | undefined {
  return byNumber.get(number);
}

/** @param name `pm_card_…` */
export function cardByName(name: string): TestCard | undefined {
  return byName.get(name);
}
