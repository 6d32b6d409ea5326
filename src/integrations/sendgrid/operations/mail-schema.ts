import * as z from 'zod';

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\r\n]*$/, 'must be one line');

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations: no ";" and "," in names of recipients */
const recipient = z.strictObject({
  email: z.email().max(320),
  name: line(998)
    .regex(/^[^;,]*$/, 'cannot contain ; or ,')
    .optional(),
});

/** No Unicode in the address of the sender. */
const sender = z.strictObject({
  email: z
    .email()
    .max(320)
    .regex(/^[\x21-\x7e]+$/, 'must be ASCII'),
  name: line(998).optional(),
});

const customArgs = z.record(z.string().min(1), z.string());

/** Set by SendGrid itself. */
const RESERVED_HEADERS = new Set(
  'x-sg-id x-sg-eid received dkim-signature content-transfer-encoding content-type to from subject reply-to cc bcc'.split(
    ' ',
  ),
);
const headers = z
  .record(z.string().regex(/^[!-9;-~]+$/), z.string().regex(/^[^\r\n]*$/))
  .refine((given) => Object.keys(given).every((name) => !RESERVED_HEADERS.has(name.toLowerCase())), {
    message: 'holds a reserved header',
  });

const personalization = z.strictObject({
  to: z.array(recipient).min(1).max(1000),
  cc: z.array(recipient).max(1000).optional(),
  bcc: z.array(recipient).max(1000).optional(),
  from: sender.optional(),
  subject: line(998).optional(),
  headers: headers.optional(),
  substitutions: z.record(z.string(), z.string()).optional(),
  dynamic_template_data: z.record(z.string(), z.unknown()).optional(),
  custom_args: customArgs.optional(),
  send_at: z.int().positive().optional(),
});

const attachment = z.strictObject({
  content: z.base64().min(1),
  type: line(255)
    .regex(/^[^;,]*$/, 'cannot contain ; or ,')
    .optional(),
  filename: line(255),
  disposition: z.enum(['attachment', 'inline']).optional(),
  content_id: line(255).optional(),
});

export const mailFields = z.strictObject({
  personalizations: z.array(personalization).min(1).max(1000),
  from: sender,
  reply_to: sender.optional(),
  subject: line(998).optional(),
  content: z
    .array(z.strictObject({ type: line(255), value: z.string().min(1) }))
    .min(1)
    .optional(),
  attachments: z.array(attachment).min(1).optional(),
  template_id: line(255).optional(),
  headers: headers.optional(),
  categories: z.array(line(255)).max(10).optional(),
  custom_args: customArgs.optional(),
  send_at: z.int().positive().optional(),
  batch_id: line(255).optional(),
  asm: z.strictObject({ group_id: z.int(), groups_to_display: z.array(z.int()).max(25).optional() }).optional(),
  ip_pool_name: z.string().min(2).max(64).optional(),
  mail_settings: z.looseObject({ sandbox_mode: z.strictObject({ enable: z.boolean() }).optional() }).optional(),
  tracking_settings: z.record(z.string(), z.unknown()).optional(),
});

export type Mail = z.output<typeof mailFields>;
export type Personalization = z.output<typeof personalization>;
