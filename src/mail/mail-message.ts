import * as z from 'zod';

/** Recipients of one copy of the mail, and what differs in it. */
export const personalizationInput = z.strictObject({
  to: z.array(z.string().max(1000)),
  cc: z.array(z.string().max(1000)).optional(),
  bcc: z.array(z.string().max(1000)).optional(),
  subject: z.string().optional(),
  dynamic_template_data: z.record(z.string(), z.unknown()).optional(),
});

/** A mail as callers describe it. Addresses are `ada@example.com` or `Ada <ada@example.com>`. */
export interface MailMessage {
  from: string;
  replyTo?: string | undefined;
  to?: readonly string[] | undefined;
  cc?: readonly string[] | undefined;
  bcc?: readonly string[] | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  html?: string | undefined;
  templateId?: string | undefined;
  dynamicTemplateData?: Readonly<Record<string, unknown>> | undefined;
  /** Instead of the recipients and template data above: each checked against `personalizationInput`. */
  personalizations?: readonly unknown[] | undefined;
  /** Paths inside the project. */
  attachments?: readonly string[] | undefined;
  categories?: readonly string[] | undefined;
  /** ISO 8601. */
  sendAt?: string | undefined;
}
