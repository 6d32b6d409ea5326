import { parseJson } from '../../../core/parse-json.ts';
import type { Channel, Message, Workspace } from './workspace.ts';
import { BOT_ID, BOT_USER_ID, TEAM_ID, USER_ID } from './workspace.ts';

/** Arguments of a call, from a form, a query or JSON. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The fields of an answer; `error` for a refusal, which Slack answers with 200 too. */
type Answer = Readonly<Record<string, unknown>>;

export interface Team {
  readonly workspace: Workspace;
  /** Tells of an event. */
  emit(event: Readonly<Record<string, unknown>>): void;
}

const MAX_TEXT = 40_000;
const PAGE = 100;

/** https://docs.slack.dev/reference/methods */
export const METHODS: Readonly<Record<string, (team: Team, args: Arguments, url: URL) => Answer>> = {
  'api.test': (_team, args) => ({ args }),
  'auth.test': (_team, _args, { origin }) => ({
    url: `${origin}/`,
    team: 'Simulator',
    user: 'simulator',
    team_id: TEAM_ID,
    user_id: BOT_USER_ID,
    bot_id: BOT_ID,
    is_enterprise_install: false,
  }),
  'chat.postMessage': postMessage,
  'chat.update': ({ workspace }, args) =>
    withMessage(workspace, args, (channel, message) => {
      message.text = textOf(args['text']) ?? message.text;
      message.edited = { user: BOT_USER_ID, ts: workspace.timestamp() };
      return { channel: channel.id, ts: message.ts, text: message.text, message };
    }),
  'chat.delete': ({ workspace }, args) =>
    withMessage(workspace, args, (channel, { ts }) => {
      workspace.remove(channel, ts);
      return { channel: channel.id, ts };
    }),
  'conversations.list': ({ workspace }, args) => page(args, 'channels', workspace.channels.map(describeChannel)),
  'conversations.info': ({ workspace }, args) =>
    withChannel(workspace, args, (channel) => ({ channel: describeChannel(channel) })),
  'conversations.create': ({ workspace }, args) => {
    const name = textOf(args['name']) ?? '';
    if (!/^[a-z0-9_-]{1,80}$/.test(name)) return { error: 'invalid_name_specials' };
    if (workspace.find(name) !== undefined) return { error: 'name_taken' };
    const channel = workspace.add(name, undefined, isTrue(args['is_private']));
    return channel === undefined ? { error: 'restricted_action' } : { channel: describeChannel(channel) };
  },
  'conversations.history': ({ workspace }, args) =>
    withChannel(workspace, args, (channel) => {
      const oldest = Number(args['oldest'] ?? 0);
      const latest = Number(args['latest'] ?? Number.POSITIVE_INFINITY);
      const found = workspace
        .messages(channel)
        .filter(({ thread_ts }) => thread_ts === undefined)
        .filter(({ ts }) => Number(ts) > oldest && Number(ts) < latest);
      return page(args, 'messages', found);
    }),
  'conversations.replies': ({ workspace }, args) =>
    withMessage(workspace, args, (channel, { ts }) => {
      const thread = workspace.messages(channel).filter((one) => one.ts === ts || one.thread_ts === ts);
      return page(args, 'messages', [...thread].reverse());
    }),
  'users.info': (_team, args) => {
    const user = USERS.find(({ id }) => id === args['user']);
    return user === undefined ? { error: 'user_not_found' } : { user };
  },
  'users.list': (_team, args) => page(args, 'members', USERS),
};

const USERS = [
  { id: BOT_USER_ID, team_id: TEAM_ID, name: 'simulator', real_name: 'Simulator', is_bot: true, deleted: false },
  { id: USER_ID, team_id: TEAM_ID, name: 'jenny', real_name: 'Jenny Rosen', is_bot: false, deleted: false },
];

function postMessage({ workspace, emit }: Team, args: Arguments): Answer {
  return withChannel(workspace, args, (channel) => {
    const text = textOf(args['text']) ?? '';
    if (text === '' && args['blocks'] === undefined && args['attachments'] === undefined) return { error: 'no_text' };
    if (text.length > MAX_TEXT) return { error: 'msg_too_long' };
    const thread = textOf(args['thread_ts']);
    const message = workspace.post(channel, {
      text,
      user: BOT_USER_ID,
      bot_id: BOT_ID,
      ...(thread !== undefined && { thread_ts: thread }),
      ...(args['blocks'] !== undefined && { blocks: parsed(args['blocks']) }),
    });
    emit({ ...message, channel: channel.id, channel_type: 'channel', event_ts: message.ts });
    return { channel: channel.id, ts: message.ts, message };
  });
}

function withChannel(workspace: Workspace, args: Arguments, run: (channel: Channel) => Answer): Answer {
  const channel = workspace.find(textOf(args['channel']) ?? '');
  return channel === undefined ? { error: 'channel_not_found' } : run(channel);
}

function withMessage(
  workspace: Workspace,
  args: Arguments,
  run: (channel: Channel, message: Message) => Answer,
): Answer {
  return withChannel(workspace, args, (channel) => {
    const message = workspace.messages(channel).find(({ ts }) => ts === textOf(args['ts']));
    return message === undefined ? { error: 'message_not_found' } : run(channel, message);
  });
}

/** https://docs.slack.dev/apis/web-api/pagination */
function page(args: Arguments, name: string, all: readonly unknown[]): Answer {
  const limit = Number(args['limit'] ?? PAGE);
  const cursor = textOf(args['cursor']) ?? '';
  const from = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  if (!Number.isInteger(from) || from < 0) return { error: 'invalid_cursor' };
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) return { error: 'invalid_limit' };
  const hasMore = from + limit < all.length;
  const next_cursor = hasMore ? Buffer.from(String(from + limit)).toString('base64') : '';
  return { [name]: all.slice(from, from + limit), has_more: hasMore, response_metadata: { next_cursor } };
}

function describeChannel({ id, name, created, isPrivate }: Channel): Record<string, unknown> {
  return {
    id,
    name,
    created,
    creator: USER_ID,
    is_archived: false,
    is_channel: !isPrivate,
    is_general: name === 'general',
    is_member: true,
    is_private: isPrivate,
    name_normalized: name,
    num_members: 2,
    purpose: { value: '', creator: '', last_set: 0 },
    topic: { value: '', creator: '', last_set: 0 },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1';
}

/** Blocks come as JSON text in forms. */
function parsed(value: unknown): unknown {
  const json = typeof value === 'string' ? parseJson(value) : undefined;
  return json === undefined ? value : json;
}
