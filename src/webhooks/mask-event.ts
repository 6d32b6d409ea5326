/**
 * What providers put into events and nobody should read in a transcript, beside what has the shape of a secret: secrets that let a
 * client pay, and numbers and codes of cards. Each pattern is linear: every repetition is bounded.
 */
const MASKS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b((?:pi|seti|cs|src|sub|py)_[A-Za-z0-9_]{1,200}_secret)_[A-Za-z0-9]{1,200}/g, '$1_[redacted]'],
  [/("(?:cvc2?|cvv2?|card_?number|security_?code|pan)"\s{0,8}:\s{0,8})(?:"[^"]{0,64}"|\d{1,19})/gi, '$1"[redacted]"'],
  [/((?:^|&)(?:cvc2?|cvv2?|card_?number)=)[^&\s]{1,64}/gi, '$1[redacted]'],
];

/** 15 digits of American Express, 16 of Visa, Mastercard and Discover, with the blanks or hyphens that people write. */
const CARD_NUMBER =
  /(?<![\w.-])(?:3[47]\d{2}([ -]?)\d{6}\1\d{5}|(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|5\d{2}))([ -]?)\d{4}\2\d{4}\2\d{4})(?![\w-])/g;

/** Masks card data and client secrets in the text of a delivery. */
export function maskEventText(text: string): string {
  let masked = text;
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement);
  return masked.replace(CARD_NUMBER, (number) =>
    hasCheckDigit(number) ? `[redacted card …${number.slice(-4)}]` : number,
  );
}

/** Luhn: https://en.wikipedia.org/wiki/Luhn_algorithm */
function hasCheckDigit(number: string): boolean {
  const digits = [...number.replaceAll(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? digit : digit * 2;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Headers that carry credentials whatever their form. */
const CREDENTIAL_HEADERS = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|.*-token)$/i;

export function maskHeader(name: string, value: string): string {
  return CREDENTIAL_HEADERS.test(name) ? '[redacted]' : maskEventText(value);
}
