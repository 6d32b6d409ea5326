import * as z from 'zod';
import { operation } from '../../operation.ts';
import { sendMail } from './send-mail.ts';

export { sendMail } from './send-mail.ts';

const page = {
  limit: z.int().min(1).max(500).optional().describe('Objects per page'),
  offset: z.int().min(0).optional(),
};
/** Unix seconds. */
const period = { start_time: z.int().positive().optional(), end_time: z.int().positive().optional() };
const email = z.string().min(3).max(320);

const suppressed = z.object({
  email: z.string(),
  created: z.int(),
  reason: z.string().optional(),
  status: z.string().optional(),
  ip: z.string().optional(),
});

/** https://www.twilio.com/docs/sendgrid/api-reference/bounces-api and its neighbours: four lists of one form */
function listOf(name: string, path: string, summary: string) {
  return operation({
    name,
    summary,
    method: 'GET',
    path,
    encoding: 'json',
    repeat: 'safe',
    class: 'read',
    pagination: { by: 'offset', param: 'offset', size: { param: 'limit', max: 500 } },
    input: z.strictObject({ ...period, ...page, email: email.optional().describe('Only this address') }),
    output: z.array(suppressed),
  });
}

export const listBounces = listOf('listBounces', '/v3/suppression/bounces', 'Addresses that bounced, and why');
export const listBlocks = listOf(
  'listBlocks',
  '/v3/suppression/blocks',
  'Mails that a recipient server refused for now',
);
export const listSpamReports = listOf(
  'listSpamReports',
  '/v3/suppression/spam_reports',
  'Addresses that reported a mail as spam',
);
export const listUnsubscribes = listOf(
  'listUnsubscribes',
  '/v3/suppression/unsubscribes',
  'Addresses that unsubscribed from everything',
);

/** Why this address bounced; empty when it did not. https://www.twilio.com/docs/sendgrid/api-reference/bounces-api/retrieve-a-bounce */
export const getBounce = operation({
  name: 'getBounce',
  summary: 'Why one address bounced',
  method: 'GET',
  path: '/v3/suppression/bounces/{email}',
  encoding: 'json',
  repeat: 'safe',
  class: 'read',
  input: z.strictObject({ email }),
  output: z.array(suppressed),
});

/** https://www.twilio.com/docs/sendgrid/api-reference/transactional-templates/retrieve-paged-transactional-templates */
export const listTemplates = operation({
  name: 'listTemplates',
  summary: 'Mail templates and their versions',
  method: 'GET',
  path: '/v3/templates',
  encoding: 'json',
  repeat: 'safe',
  class: 'read',
  pagination: {
    by: 'url',
    path: '_metadata.next',
    items: 'result',
    size: { param: 'page_size', max: 200 },
  },
  input: z.strictObject({
    generations: z.enum(['legacy', 'dynamic', 'legacy,dynamic']).default('dynamic'),
    page_size: z.int().min(1).max(200).default(100),
    page_token: z.string().max(1000).optional(),
  }),
  output: z.object({
    result: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        generation: z.string().optional(),
        updated_at: z.string().optional(),
        versions: z
          .array(z.object({ id: z.string(), name: z.string(), active: z.int(), subject: z.string().optional() }))
          .optional(),
      }),
    ),
    _metadata: z.object({ next: z.string().optional() }).optional(),
  }),
});

const message = z.object({
  msg_id: z.string(),
  from_email: z.string().optional(),
  to_email: z.string().optional(),
  subject: z.string().optional(),
  status: z.string().optional(),
  opens_count: z.int().optional(),
  clicks_count: z.int().optional(),
  last_event_time: z.string().optional(),
});

/** Needs the add-on for extended email activity. https://www.twilio.com/docs/sendgrid/api-reference/e-mail-activity/filter-all-messages */
export const listMessages = operation({
  name: 'listMessages',
  summary: 'Mails sent lately by recipient, subject or status (needs the email activity add-on)',
  method: 'GET',
  path: '/v3/messages',
  encoding: 'json',
  repeat: 'safe',
  class: 'read',
  input: z.strictObject({
    query: z.string().min(1).max(2000).describe('For instance to_email="ada@example.com"'),
    limit: z.int().min(1).max(1000).default(10),
  }),
  output: z.object({ messages: z.array(message) }),
});

export const sendGridOperations = {
  sendMail,
  listBounces,
  getBounce,
  listBlocks,
  listSpamReports,
  listUnsubscribes,
  listTemplates,
  listMessages,
};
