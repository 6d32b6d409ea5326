import * as z from 'zod';
import type { Pagination } from '../pagination.ts';
import { get, operations, post } from '../rest-table.ts';

const MAX_PAGE = 200;
/** https://docs.slack.dev/apis/web-api/pagination */
function cursor(items: string): Pagination {
  const size = { param: 'limit', max: MAX_PAGE };
  return { by: 'token', param: 'cursor', path: 'response_metadata.next_cursor', items, size };
}
const page = { limit: z.int().min(1).max(MAX_PAGE).optional(), cursor: z.string().max(1000).optional() };
const next = { response_metadata: z.object({ next_cursor: z.string().optional() }).optional() };

const id = z.string().min(1).max(100);
/** Seconds with six digits, as Slack names messages. */
const ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
const blocks = z.array(z.record(z.string(), z.unknown())).max(50).optional();
const content = { text: z.string().max(40_000).optional(), blocks };

const message = z.object({
  type: z.string().optional(),
  subtype: z.string().optional(),
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  thread_ts: z.string().optional(),
  reply_count: z.int().optional(),
});
const sent = z.object({ channel: z.string(), ts: z.string() });
const channel = z.object({
  id: z.string(),
  name: z.string().optional(),
  is_channel: z.boolean().optional(),
  is_private: z.boolean().optional(),
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  num_members: z.int().optional(),
});
const user = z.object({
  id: z.string(),
  name: z.string().optional(),
  real_name: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  tz: z.string().optional(),
  profile: z.object({ email: z.string().optional(), display_name: z.string().optional() }).optional(),
});
const range = { oldest: z.string().max(30).optional(), latest: z.string().max(30).optional() };

/** https://docs.slack.dev/reference/methods */
export const slackOperations = operations({
  testAuth: get(
    '/api/auth.test',
    'Whose token this is',
    {},
    z.object({ team: z.string(), team_id: z.string(), user: z.string(), user_id: z.string(), url: z.string() }),
  ),
  postMessage: post(
    '/api/chat.postMessage',
    'Posts a message to a channel, a person or a thread',
    {
      channel: id,
      ...content,
      thread_ts: ts.optional(),
      unfurl_links: z.boolean().optional(),
      mrkdwn: z.boolean().optional(),
    },
    sent,
  ),
  updateMessage: post('/api/chat.update', 'Changes a message', { channel: id, ts, ...content }, sent, {
    repeat: 'safe',
  }),
  listConversations: get(
    '/api/conversations.list',
    'Channels that the token sees',
    { ...page, types: z.string().max(100).optional(), exclude_archived: z.boolean().optional() },
    z.object({ channels: z.array(channel), ...next }),
    { pagination: cursor('channels') },
  ),
  getHistory: get(
    '/api/conversations.history',
    'Messages of a channel, newest first',
    { channel: id, ...page, ...range, inclusive: z.boolean().optional() },
    z.object({ messages: z.array(message), has_more: z.boolean().optional(), ...next }),
    { pagination: cursor('messages') },
  ),
  getReplies: get(
    '/api/conversations.replies',
    'Messages of a thread',
    { channel: id, ts, ...page, ...range },
    z.object({ messages: z.array(message), has_more: z.boolean().optional(), ...next }),
    { pagination: cursor('messages') },
  ),
  getUser: get('/api/users.info', 'One person or bot', { user: id }, z.object({ user })),
  findUserByEmail: get(
    '/api/users.lookupByEmail',
    'The person with an address',
    { email: z.string().min(3).max(320) },
    z.object({ user }),
  ),
});
