/**
 * Currencies and limits of https://docs.stripe.com/currencies. The simulator shares no table with the client side of this provider:
 * a wrong fact there has to fail here.
 */

/** What an account in the United States can be paid in. */
const CURRENCIES = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc ' +
    'cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr ' +
    'kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk ' +
    'php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs ' +
    'vnd vuv wst xaf xcd xcg xof xpf yer zar zmw bhd jod kwd omr tnd'
  ).split(' '),
);

const THREE_DECIMAL = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** Least charge in minor units. */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1_500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1_000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1_000,
};

/** Largest charge in minor units, where it is not the usual one. */
const MAXIMUM: Readonly<Record<string, number>> = {
  cop: 9_999_999_999,
  huf: 9_999_999_999,
  idr: 999_999_999_999,
  inr: 999_999_999,
  jpy: 9_999_999_999,
};
const USUAL_MAXIMUM = 99_999_999;

/** The largest of all. */
export const MAX_AMOUNT = 999_999_999_999;

interface AmountProblem {
  readonly message: string;
  readonly code?: string;
  readonly param: 'amount' | 'currency';
}

/** Why an account would not take this amount, or undefined when it would. */
export function amountProblem(amount: number, currency: string): AmountProblem | undefined {
  if (!CURRENCIES.has(currency)) {
    const supported = [...CURRENCIES].join(', ');
    return {
      message: `Invalid currency: ${currency}. Stripe currently supports these currencies: ${supported}`,
      param: 'currency',
    };
  }
  const minimum = MINIMUM[currency] ?? 1;
  if (amount < minimum) {
    const message = `Amount must be at least ${display(minimum, currency)} ${currency}`;
    return { message, code: 'amount_too_small', param: 'amount' };
  }
  const maximum = MAXIMUM[currency] ?? USUAL_MAXIMUM;
  if (amount > maximum) {
    const message = `Amount must be no more than ${display(maximum, currency)} ${currency}`;
    return { message, code: 'amount_too_large', param: 'amount' };
  }
  if (THREE_DECIMAL.has(currency) && amount % 10 !== 0) {
    return { message: `The last digit of an amount in ${currency} must be 0.`, param: 'amount' };
  }
  return undefined;
}

/** `$0.50`, as Stripe's messages show amounts. */
export function display(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
