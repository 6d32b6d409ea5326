/** A request that the protocol answers with an error, in terms of no SDK. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault';
  readonly kind: 'invalid_params' | 'internal';
  readonly data: Record<string, unknown> | undefined;

  constructor(kind: 'invalid_params' | 'internal', message: string, data?: Record<string, unknown>) {
    super(message);
    this.kind = kind;
    this.data = data;
  }
}
