import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { MailService, SentMail } from '../mail/mail-service.ts';

const addresses = z.array(z.string().max(1000)).max(1000).optional();

const input = z.strictObject({
  from: z.string().max(1000).describe('Verified sender: a@example.com or Ada <a@example.com>'),
  to: addresses.describe('Recipients, in the same form'),
  cc: addresses.describe('Copies'),
  bcc: addresses.describe('Blind copies'),
  reply_to: z.string().max(1000).optional().describe('Where answers go'),
  subject: z.string().optional().describe('Needed without template_id'),
  text: z.string().optional().describe('Plain text'),
  html: z.string().optional().describe('HTML'),
  template_id: z.string().optional().describe('d-…'),
  dynamic_template_data: z.record(z.string(), z.unknown()).optional().describe('For the template'),
  personalizations: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('Instead of to: [{to, cc?, bcc?, subject?, dynamic_template_data?}]'),
  attachments: z.array(z.string().max(4096)).optional().describe('Paths in the project'),
  categories: z.array(z.string()).optional().describe('At most 10'),
  send_at: z.string().max(40).optional().describe('ISO time within 72 h'),
  reference: z.string().min(1).max(200).describe('Your own id of this mail: never sent twice'),
  sandbox: z.boolean().optional().describe('true checks and sends nothing; forced in test mode'),
  allow_duplicate: z.boolean().optional().describe('true permits a recent mail under a new reference'),
  integration: z.string().max(64).optional().describe('SendGrid integration'),
  confirm_token: z.string().max(4096).optional().describe('From a refused live call'),
});

const output = z.object({
  accepted: z.boolean(),
  message_id: z.string().optional(),
  outcome: z.string(),
  sandbox: z.boolean(),
  replayed: z.boolean(),
  deliveries: z.record(z.string(), z.string()),
});

/** Of more recipients the rest is left out. */
const SHOWN_DELIVERIES = 100;

type Deps = { mail: MailService };

export const sendEmail = defineTool({
  name: 'send_email',
  title: 'Send mail with SendGrid',
  description:
    'Sends a mail at most once per reference; a repeat answers from the ledger with deliveries so far (address: delivered, bounce, …). An ' +
    'unknown outcome is never resent: the error says how to find out. Answers accepted, message_id, outcome, replayed.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  input,
  output,
  async run(args, { mail }: Deps, context) {
    const { reference, sandbox, allow_duplicate: allowDuplicate, integration } = args;
    const { reply_to: replyTo, template_id: templateId, dynamic_template_data: dynamicTemplateData } = args;
    const message = { ...args, replyTo, templateId, dynamicTemplateData, sendAt: args.send_at };
    const call = { integration, confirmToken: args.confirm_token, context };
    return describeSent(await mail.send(message, { reference, sandbox, allowDuplicate }, call));
  },
});

function describeSent({ accepted, messageId, sandbox, replayed, deliveries }: SentMail): z.input<typeof output> {
  const shown = deliveries.slice(0, SHOWN_DELIVERIES).map(({ recipient, state }) => [recipient, state]);
  return {
    accepted,
    message_id: messageId,
    outcome: 'executed',
    sandbox,
    replayed,
    deliveries: Object.fromEntries(shown),
  };
}
