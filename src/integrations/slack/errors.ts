import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { explanationOf, machineCode, statusError } from '../status-error.ts';

const SLACK = { title: 'Slack', statusPage: 'https://slack-status.com', requestIdHeader: 'x-slack-req-id' };

/** https://docs.slack.dev/apis/web-api/#responses: errors come with status 200 and `ok: false`. */
const errorBody = z.object({
  ok: z.literal(false),
  error: machineCode,
  needed: z
    .string()
    .regex(/^[\w:.,-]{1,500}$/)
    .optional()
    .catch(undefined),
});

/** What the codes mean in HTTP's terms; any other is a request that Slack will not take. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ...statuses(429, 'ratelimited rate_limited message_limit_exceeded'),
  ...statuses(401, 'invalid_auth not_authed account_inactive token_revoked token_expired'),
  ...statuses(
    403,
    'missing_scope no_permission not_allowed_token_type access_denied team_access_not_granted org_login_required ekm_access_denied ' +
      'restricted_action cant_update_message not_in_channel',
  ),
  ...statuses(404, 'channel_not_found message_not_found user_not_found users_not_found thread_not_found'),
  ...statuses(408, 'request_timeout'),
  ...statuses(500, 'internal_error fatal_error'),
  ...statuses(503, 'service_unavailable team_added_to_org'),
]);

function statuses(status: number, codes: string): (readonly [string, number])[] {
  return codes.split(' ').map((code) => [code, status] as const);
}

const BY_CODE: Readonly<Record<string, Explanation>> = {
  missing_scope: [
    'unauthorized',
    'The Slack token lacks a scope.',
    'Add the scopes that details.needed names to the app and install it again.',
  ],
  not_in_channel: ['rejected', 'The app is not in this channel.', 'Invite it: /invite @app in the channel.'],
  is_archived: ['rejected', 'The channel is archived.', 'Use another channel.'],
  msg_too_long: ['rejected', 'The message is too long for Slack.', 'Shorten it or send several.'],
  no_text: ['rejected', 'The message has neither text nor blocks.', 'Give text.'],
  channel_not_found: [
    'not_found',
    'Slack has no such channel, or hides it from this token.',
    'Use the id from listConversations; a private channel needs the app as a member.',
  ],
};

/** The status that an answer with `ok: false` means; undefined for success. */
export function statusOfSlack(body: unknown): number | undefined {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return undefined;
  return STATUS.get(parsed.data.error ?? '') ?? 400;
}

export function toSlackError(answer: ErrorAnswer): AppError {
  const parsed = errorBody.safeParse(answer.body);
  const { error, needed } = parsed.success ? parsed.data : {};
  return statusError(SLACK, answer, { code: error, needed }, explanationOf(BY_CODE, error));
}
