/** https://www.jsonrpc.org/specification#error_object */
const CODES = { method_not_found: -32_601, invalid_params: -32_602, internal: -32_603 };

/** A request that the protocol answers with an error. The SDKs take `code`, `message` and `data` from whatever is thrown. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault';
  readonly code: number;
  readonly data: Record<string, unknown> | undefined;

  constructor(kind: keyof typeof CODES, message: string, data?: Record<string, unknown>) {
    super(message);
    this.code = CODES[kind];
    this.data = data;
  }
}
