type FormValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Date
  | readonly FormValue[]
  | { readonly [key: string]: FormValue };

/**
 * `application/x-www-form-urlencoded` with brackets: `{a: {b: [1]}}` becomes `a[b][0]=1`. Null becomes an empty value, which unsets a
 * field at Stripe; dates become unix seconds; undefined is left out (https://docs.stripe.com/api, "Form-encoded request bodies").
 */
export function encodeForm(fields: { readonly [key: string]: FormValue }): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) append(pairs, percentEncode(key), value);
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

/** Half a surrogate pair has no UTF-8 form: it becomes U+FFFD, as in every text that is written out. */
function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** True for what `encodeForm` takes; operation inputs are validated before, so this only narrows the type. */
export function isFormValue(value: unknown): value is FormValue {
  if (value === null || value === undefined || value instanceof Date) return true;
  if (Array.isArray(value)) return value.every(isFormValue);
  if (typeof value === 'object') return Object.values(value).every(isFormValue);
  return ['string', 'number', 'boolean'].includes(typeof value);
}
