import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { MailService, SentMail } from '../mail/mail-service.ts';

const text = z.string().optional();
const texts = z.array(z.string()).optional();
const data = z.record(z.string(), z.unknown());

/** Sizes and shapes are checked against SendGrid's own rules: `mail/build-mail.ts`. */
const input = z.strictObject({
  from: z.string().describe('a@example.com or Ada <a@example.com>'),
  to: texts.describe('Recipients'),
  cc: texts.describe('Copies'),
  bcc: texts.describe('Blind copies'),
  subject: text.describe('Needed without template'),
  text: text.describe('Plain body'),
  html: text.describe('HTML body'),
  template_id: text.describe('d-…'),
  dynamic_template_data: data.optional().describe('For the template'),
  personalizations: z
    .array(data)
    .optional()
    .describe('Instead of to: [{to, cc?, bcc?, subject?, dynamic_template_data?}]'),
  attachments: texts.describe('Project paths'),
  categories: texts.describe('Up to 10'),
  send_at: text.describe('ISO time within 72 h'),
  reference: z.string().min(1).max(200).describe('Your own id: never sent twice'),
  sandbox: z.boolean().optional().describe('Check only; forced in test mode'),
  allow_duplicate: z.boolean().optional().describe('Permit the same mail again'),
  integration: text.describe('Default: the only one'),
  confirm_token: text.describe('From a refused call'),
});

const output = z.object({
  accepted: z.boolean(),
  message_id: z.string().optional(),
  outcome: z.string(),
  replayed: z.boolean(),
  deliveries: z.record(z.string(), z.string()).optional(),
});

/** Of more recipients the rest is left out. */
const SHOWN_DELIVERIES = 100;

type Deps = { mail: MailService };

export const sendEmail = defineTool({
  name: 'send_email',
  title: 'Send mail with SendGrid',
  description:
    'Sends a mail once per reference; a repeat answers from the ledger, with deliveries so far. An unknown outcome is never resent. ' +
    'Answers accepted (false: only checked in the sandbox), message_id, outcome.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  input,
  output,
  async run(args, { mail }: Deps, context) {
    const { reference, sandbox, allow_duplicate: allowDuplicate, integration } = args;
    const { template_id: templateId, dynamic_template_data: dynamicTemplateData } = args;
    const message = { ...args, templateId, dynamicTemplateData, sendAt: args.send_at };
    const call = { integration, confirmToken: args.confirm_token, context };
    return describeSent(await mail.send(message, { reference, sandbox, allowDuplicate }, call));
  },
});

function describeSent({ accepted, messageId, replayed, deliveries }: SentMail): z.input<typeof output> {
  const shown = deliveries.slice(0, SHOWN_DELIVERIES).map(({ recipient, state }) => [recipient, state]);
  return {
    accepted,
    message_id: messageId,
    outcome: 'executed',
    replayed,
    deliveries: shown.length === 0 ? undefined : Object.fromEntries(shown),
  };
}
