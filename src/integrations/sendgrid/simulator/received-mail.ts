export interface Recipient {
  readonly email: string;
  readonly field: 'to' | 'cc' | 'bcc';
}

/** A mail that was accepted, one of each personalization. */
export interface ReceivedMail {
  /** As in `X-Message-Id`. */
  readonly id: string;
  readonly from: { readonly email: string; readonly name?: string | null | undefined };
  readonly recipients: readonly Recipient[];
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly templateId: string | undefined;
  readonly templateData: Readonly<Record<string, unknown>> | undefined;
  readonly categories: readonly string[];
  readonly customArgs: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly filename: string;
    readonly type: string | undefined;
    readonly bytes: number;
  }[];
  /** Unix seconds. */
  readonly sendAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
