type FormValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Date
  | readonly FormValue[]
  | { readonly [key: string]: FormValue };

type FormFields = { readonly [key: string]: FormValue };

/** How a list of plain values is written: `a[0]=1&a[1]=2`, `a=1&a=2` or `a=1,2`. Nested values have brackets in every style. */
export type ListStyle = 'brackets' | 'repeat' | 'comma';

/**
 * `application/x-www-form-urlencoded` with brackets: `{a: {b: [1]}}` becomes `a[b][0]=1`. Null becomes an empty value, which unsets a
 * field at Stripe; dates become unix seconds; undefined is left out (https://docs.stripe.com/api, "Form-encoded request bodies").
 */
export function encodeForm(fields: FormFields, lists: ListStyle = 'brackets'): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (lists !== 'brackets' && isPlainList(value)) appendList(pairs, percentEncode(key), value, lists);
    else append(pairs, percentEncode(key), value);
  }
  return pairs.join('&');
}

function append(pairs: string[], name: string, value: FormValue): void {
  if (value === undefined) return;
  if (value === null) pairs.push(`${name}=`);
  else if (value instanceof Date) pairs.push(`${name}=${Math.floor(value.getTime() / 1000)}`);
  else if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) append(pairs, `${name}[${percentEncode(key)}]`, inner);
  } else pairs.push(`${name}=${percentEncode(String(value))}`);
}

type Plain = string | number | boolean;

function isPlainList(value: FormValue): value is readonly Plain[] {
  return Array.isArray(value) && value.every((item) => item !== null && typeof item !== 'object');
}

function appendList(pairs: string[], name: string, values: readonly Plain[], lists: 'repeat' | 'comma'): void {
  const texts = values.map((value) => percentEncode(String(value)));
  if (lists === 'repeat') pairs.push(...texts.map((text) => `${name}=${text}`));
  else if (texts.length > 0) pairs.push(`${name}=${texts.join(',')}`);
}

/** Nothing in it needs an escape: names of fields, ids, numbers. */
const PLAIN = /^[\w.~-]*$/;

/** Half a surrogate pair has no UTF-8 form: it becomes U+FFFD, as in every text that is written out. */
function percentEncode(text: string): string {
  return PLAIN.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

/** True for what `encodeForm` takes; operation inputs are validated before, so this only narrows the type. */
export function isFormFields(fields: object): fields is FormFields {
  return !Array.isArray(fields) && isFormValue(fields);
}

/** True for what may be the value of a field. */
export function isFormValue(value: unknown): value is FormValue {
  if (value === null || value === undefined || value instanceof Date) return true;
  if (Array.isArray(value)) return value.every(isFormValue);
  if (typeof value === 'object') return Object.values(value).every(isFormValue);
  return ['string', 'number', 'boolean'].includes(typeof value);
}
