/** Currencies without minor units at Stripe: https://docs.stripe.com/currencies#zero-decimal */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
/** Three decimals; the last digit must be 0: https://docs.stripe.com/currencies#three-decimal */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** ISO codes, and two of Stripe's that the runtime's own list has not always: Stripe is the judge of what an account can take. */
const KNOWN = new Set([...Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()), 'std', 'xcg']);

/**
 * Least charge by currency in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. It depends on the
 * settlement currency of the account, so a smaller amount is a warning and never refused here.
 */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  eur: 50,
  gbp: 30,
  jpy: 50,
  mxn: 1000,
  hkd: 400,
  inr: 50,
  aed: 200,
  dkk: 250,
  nok: 300,
  sek: 300,
  pln: 200,
  czk: 1500,
  thb: 1000,
  huf: 17_500,
};

/** Largest amount of most currencies in minor units. */
export const MAX_AMOUNT_MINOR = 99_999_999;

/** @param currency lower-case ISO code. */
export function isKnownCurrency(currency: string): boolean {
  return KNOWN.has(currency);
}

export function isThreeDecimal(currency: string): boolean {
  return THREE_DECIMAL.has(currency);
}

function decimalsOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  // ISK and UGX have no minor unit in daily life, but Stripe takes them with two decimals (special cases of the same page).
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** `1050 usd` becomes `10.50 USD`: so that a reader sees a factor of a hundred at a glance. */
export function formatAmount(amountMinor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return `${(amountMinor / 10 ** decimals).toFixed(decimals)} ${currency.toUpperCase()}`;
}

/** A warning for an amount below the usual minimum, or undefined. */
export function minimumWarning(amountMinor: number, currency: string): string | undefined {
  const minimum = MINIMUM[currency];
  if (minimum === undefined || amountMinor >= minimum) return undefined;
  return `${formatAmount(amountMinor, currency)} is below Stripe's usual minimum of ${formatAmount(minimum, currency)}.`;
}
