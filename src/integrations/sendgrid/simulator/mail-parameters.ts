import * as z from 'zod';

/** What `POST /v3/mail/send` takes: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */

const MAX_RECIPIENTS = 1_000;
const MAX_CATEGORIES = 10;
const MAX_CUSTOM_ARGS_BYTES = 10_000;
const INVALID_ADDRESS = 'Does not contain a valid address.';

const email = z.string({ error: INVALID_ADDRESS }).regex(/^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}$/, INVALID_ADDRESS);
const address = z.strictObject({ email, name: z.string().nullish() }, { error: INVALID_ADDRESS });

const PERSONALIZATIONS = 'The personalizations field is required and must have at least one personalization.';
const TO_REQUIRED =
  'The to array is required for all personalization objects, and must have at least one email object with a valid email address.';
const FROM_REQUIRED =
  'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.';
const texts = z.record(z.string(), z.string());

/** https://www.twilio.com/docs/sendgrid/for-developers/sending-email/personalizations: SendGrid writes these itself. */
const RESERVED_HEADERS = new Set([
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
]);
const headers = texts.refine(
  (value) => !Object.keys(value).some((name) => RESERVED_HEADERS.has(name.toLowerCase())),
  'The headers may not contain a reserved header: SendGrid writes To, From, Subject, Reply-To, CC, BCC and its own itself.',
);

/** Of a dynamic template (`d-` and 32 hexadecimal digits), or the GUID of an older one. */
const TEMPLATE_ID = /^(d-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const INVALID_TEMPLATE = 'The template_id must be a valid GUID, or that of a dynamic template (d-…).';
const POOL_NAME = 'The ip_pool_name must be 2 to 64 characters long.';

const personalization = z.strictObject({
  to: z.array(address, { error: TO_REQUIRED }).min(1, TO_REQUIRED),
  cc: z.array(address).optional(),
  bcc: z.array(address).optional(),
  from: address.optional(),
  subject: z.string().optional(),
  headers: headers.optional(),
  substitutions: texts.optional(),
  dynamic_template_data: z.record(z.string(), z.unknown()).optional(),
  custom_args: texts.optional(),
  send_at: z.int().optional(),
});

const enable = z.strictObject({ enable: z.boolean().optional() });
const settings = z.record(z.string(), z.unknown());

const attachment = z.strictObject({
  content: z
    .string()
    .min(1, 'The attachment content must be a string at least one character in length.')
    .regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, 'The attachment content must be base64 encoded.'),
  filename: z.string().min(1, 'The attachment filename must be a string at least one character in length.'),
  type: z.string().optional(),
  disposition: z.enum(['inline', 'attachment']).optional(),
  content_id: z.string().optional(),
});

export const mailParameters = z
  .strictObject({
    personalizations: z
      .array(personalization, { error: PERSONALIZATIONS })
      .min(1, PERSONALIZATIONS)
      .max(MAX_RECIPIENTS),
    from: z.strictObject({ email, name: z.string().nullish() }, { error: FROM_REQUIRED }),
    reply_to: address.optional(),
    reply_to_list: z.array(address).max(MAX_RECIPIENTS).optional(),
    subject: z.string().optional(),
    content: z
      .array(
        z.strictObject({
          type: z.string().min(1),
          value: z.string().min(1, 'The content value must be a string at least one character in length.'),
        }),
      )
      .optional(),
    attachments: z.array(attachment).optional(),
    template_id: z.string().regex(TEMPLATE_ID, INVALID_TEMPLATE).optional(),
    sections: texts.optional(),
    headers: headers.optional(),
    categories: z
      .array(z.string().max(255))
      .max(MAX_CATEGORIES, `The categories array cannot have more than ${MAX_CATEGORIES} entries.`)
      .optional(),
    custom_args: texts.optional(),
    send_at: z.int().optional(),
    batch_id: z.string().optional(),
    asm: z.strictObject({ group_id: z.int(), groups_to_display: z.array(z.int()).max(25).optional() }).optional(),
    ip_pool_name: z.string().min(2, POOL_NAME).max(64, POOL_NAME).optional(),
    mail_settings: z
      .strictObject({
        bypass_list_management: enable.optional(),
        bypass_spam_management: enable.optional(),
        bypass_bounce_management: enable.optional(),
        bypass_unsubscribe_management: enable.optional(),
        footer: settings.optional(),
        sandbox_mode: enable.optional(),
      })
      .optional(),
    tracking_settings: settings.optional(),
  })
  .superRefine((mail, ctx) => {
    for (const { path, message } of problemsOf(mail)) ctx.addIssue({ code: 'custom', path, message });
  });

export type Mail = z.output<typeof mailParameters>;

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

type Unchecked = Omit<Mail, 'reply_to'>;

function problemsOf(mail: Unchecked): Problem[] {
  return [...contentProblems(mail), ...recipientProblems(mail), ...argumentProblems(mail)];
}

function contentProblems({ content = [], personalizations, subject, template_id }: Unchecked): Problem[] {
  if (template_id !== undefined) return [];
  const problems: Problem[] = [];
  if (content.length === 0) {
    const message =
      'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.';
    problems.push({ path: ['content'], message });
  }
  const plain = content.findIndex(({ type }) => type === 'text/plain');
  const html = content.findIndex(({ type }) => type === 'text/html');
  if (plain > 0 || (html >= 0 && plain > html)) {
    const message = 'If present, text/plain and text/html may only be provided once, and text/plain must come first.';
    problems.push({ path: ['content'], message });
  }
  if (!hasText(subject) && !personalizations.every((one) => hasText(one.subject))) {
    const message =
      'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.';
    problems.push({ path: ['subject'], message });
  }
  return problems;
}

const hasText = (text: string | undefined) => text !== undefined && text !== '';

function recipientProblems({ personalizations }: Unchecked): Problem[] {
  const problems: Problem[] = [];
  let total = 0;
  for (const [at, { to, cc = [], bcc = [] }] of personalizations.entries()) {
    const seen = new Set<string>();
    for (const [field, addresses] of Object.entries({ to, cc, bcc })) {
      for (const { email: one } of addresses) {
        const key = one.toLowerCase();
        if (seen.has(key)) {
          const where = `personalizations.${at}.${field}`;
          const message = `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${one}] in the ${where} field.`;
          problems.push({ path: ['personalizations', at, field], message });
        }
        seen.add(key);
        total += 1;
      }
    }
  }
  if (total > MAX_RECIPIENTS) {
    const message = `There may not be more than ${MAX_RECIPIENTS} recipients in to, cc and bcc together.`;
    problems.push({ path: ['personalizations'], message });
  }
  return problems;
}

function argumentProblems({ custom_args = {}, personalizations }: Unchecked): Problem[] {
  return personalizations.flatMap((one, at) => {
    const size = Buffer.byteLength(JSON.stringify({ ...custom_args, ...one.custom_args }));
    if (size <= MAX_CUSTOM_ARGS_BYTES) return [];
    return [
      { path: ['personalizations', at, 'custom_args'], message: 'The custom_args must be at most 10,000 bytes.' },
    ];
  });
}
