/** Fields of Stripe's error object beside message and type: https://docs.stripe.com/api/errors */
interface ErrorFields {
  code?: string | undefined;
  param?: string | undefined;
  [field: string]: unknown;
}

type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

/** A refusal as the API words it. */
export class StripeApiError extends Error {
  override readonly name = 'StripeApiError';
  readonly status: number;
  readonly type: ErrorType;
  readonly fields: ErrorFields;

  constructor(status: number, type: ErrorType, message: string, fields: ErrorFields = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.fields = fields;
  }

  /** The response body, whose fields Stripe sorts by name. */
  toBody(requestId: string): object {
    const { code } = this.fields;
    const fields: [string, unknown][] = Object.entries({
      ...this.fields,
      doc_url: code === undefined ? undefined : docUrl(code),
      message: this.message,
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
      type: this.type,
    });
    return { error: Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}

/** A payment or setup that was attempted and failed: unlike a refused request it leaves the attempt behind. */
export class PaymentFailure extends StripeApiError {}

export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

export function invalidRequest(message: string, fields?: ErrorFields, status = 400): StripeApiError {
  return new StripeApiError(status, 'invalid_request_error', message, fields);
}

/** @param status 404 when the id stands in the path, 400 when it is a parameter. */
export function missing(what: string, id: string, param: string, status: 400 | 404): StripeApiError {
  return invalidRequest(`No such ${what}: '${id}'`, { code: 'resource_missing', param }, status);
}
