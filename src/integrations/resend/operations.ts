import * as z from 'zod';
import type { Pagination } from '../pagination.ts';
import { get, operations, post } from '../rest-table.ts';

/** https://resend.com/docs/api-reference/pagination */
const LIST: Pagination = {
  by: 'last-id',
  param: 'after',
  more: 'has_more',
  items: 'data',
  size: { param: 'limit', max: 100 },
};
const page = { limit: z.int().min(1).max(100).optional(), after: z.string().max(100).optional() };

const addresses = z.union([z.string().max(1000), z.array(z.string().max(1000)).max(50)]);
const id = z.string().min(1).max(100);
const token = z.string().regex(/^[\w-]{1,256}$/, 'may hold ASCII letters, digits, "_" and "-"');

const email = z.object({
  id: z.string(),
  from: z.string().optional(),
  to: z.union([z.string(), z.array(z.string())]).optional(),
  subject: z.string().nullish(),
  created_at: z.string().optional(),
  scheduled_at: z.string().nullish(),
  last_event: z.string().nullish(),
});
const domain = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  region: z.string().optional(),
  created_at: z.string().optional(),
});

/** Addresses that take mail and deliver none: https://resend.com/docs/dashboard/emails/send-test-emails */
function isTestAddress(address: unknown): boolean {
  return typeof address === 'string' && /@resend\.dev>?$/i.test(address.trim());
}

/** https://resend.com/docs/api-reference/emails and …/domains */
export const resendOperations = operations({
  sendEmail: post(
    '/emails',
    'Sends an email',
    {
      from: z.string().min(1).max(1000),
      to: addresses,
      cc: addresses.optional(),
      bcc: addresses.optional(),
      reply_to: addresses.optional(),
      subject: z.string().max(998),
      text: z.string().optional(),
      html: z.string().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      tags: z
        .array(z.strictObject({ name: token, value: token }))
        .max(50)
        .optional(),
      scheduled_at: z.string().max(100).optional().describe('ISO 8601, at most 30 days ahead'),
    },
    z.object({ id: z.string() }),
    {
      repeat: 'with-key',
      isSandboxed: ({ to, cc, bcc }) => [to, cc, bcc].flat().every((each) => each === undefined || isTestAddress(each)),
    },
  ),
  getEmail: get('/emails/{id}', 'One email and its last event', { id }, email),
  listEmails: get('/emails', 'Emails, newest first', page, z.object({ data: z.array(email), has_more: z.boolean() }), {
    pagination: LIST,
  }),
  cancelEmail: post('/emails/{id}/cancel', 'Cancels a scheduled email', { id }, z.object({ id: z.string() }), {
    repeat: 'safe',
  }),
  listDomains: get(
    '/domains',
    'Domains from which mail can be sent',
    page,
    z.object({ data: z.array(domain), has_more: z.boolean().optional() }),
    { pagination: LIST },
  ),
});
