import { AppError } from '../core/errors.ts';
import { isKnownCurrency, isThreeDecimal } from '../integrations/stripe/currencies.ts';

/** Refuses what Stripe would refuse, before anything is sent. */
export function checkAmount(amountMinor: number, currency: string): void {
  if (!isKnownCurrency(currency)) {
    throw new AppError('invalid_input', `"${currency}" is not a currency.`, {
      hint: 'Use the three-letter ISO code in lower case, for instance usd.',
    });
  }
  if (isThreeDecimal(currency) && amountMinor % 10 !== 0) {
    throw new AppError('invalid_input', `Amounts in ${currency.toUpperCase()} must end in 0.`, {
      hint: 'The currency has three decimals, of which Stripe takes two: https://docs.stripe.com/currencies#three-decimal.',
    });
  }
}
