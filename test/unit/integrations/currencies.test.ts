import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  isKnownCurrency,
  isThreeDecimal,
  minimumWarning,
} from '../../../src/integrations/stripe/currencies.ts';

describe('amounts for people', () => {
  it.each([
    [1050, 'usd', '10.50 USD'],
    [1, 'eur', '0.01 EUR'],
    [99_999_999, 'usd', '999999.99 USD'],
    [500, 'jpy', '500 JPY'],
    [500, 'krw', '500 KRW'],
    [1230, 'kwd', '1.230 KWD'],
    // https://docs.stripe.com/currencies#special-cases
    [500, 'isk', '5.00 ISK'],
    [500, 'ugx', '5.00 UGX'],
    [17_500, 'huf', '175.00 HUF'],
  ])('%i %s is %s', (amount, currency, text) => {
    expect(formatAmount(amount, currency)).toBe(text);
  });

  it.each(
    'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
  )('%s has no decimals', (currency) => {
    expect(formatAmount(7, currency)).toBe(`7 ${currency.toUpperCase()}`);
  });

  it.each('bhd jod kwd omr tnd'.split(' '))('%s has three', (currency) => {
    expect([isThreeDecimal(currency), formatAmount(10, currency)]).toEqual([true, `0.010 ${currency.toUpperCase()}`]);
  });
});

describe('currencies', () => {
  // Those that an account in the United States can be paid in: https://docs.stripe.com/currencies
  const presentment =
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk ' +
    'djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd ' +
    'kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg ' +
    'qar ron rsd rub rwf sar sbd scr sek sgd shp sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg ' +
    'xof xpf yer zar zmw bhd jod kwd omr tnd';
  it('are all known', () => {
    expect(presentment.split(' ').filter((currency) => !isKnownCurrency(currency))).toEqual([]);
  });

  it.each(['usx', 'USD', '', 'us', 'dollars', '__proto__'])('%j is none', (text) => {
    expect(isKnownCurrency(text)).toBe(false);
  });

  it('warns below the usual minimum and not at it', () => {
    expect(minimumWarning(49, 'usd')).toBe("0.49 USD is below Stripe's usual minimum of 0.50 USD.");
    expect(minimumWarning(29, 'gbp')).toBe("0.29 GBP is below Stripe's usual minimum of 0.30 GBP.");
    expect(minimumWarning(17_499, 'huf')).toContain('175.00 HUF');
    expect([minimumWarning(50, 'usd'), minimumWarning(50, 'jpy'), minimumWarning(1, 'zmw')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
