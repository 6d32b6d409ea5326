import { randomBytes } from 'node:crypto';

export const TEAM_ID = 'T0MJRM1A7';
export const BOT_USER_ID = 'U0LAN0Z89';
export const BOT_ID = 'B0LAN0Z89';
export const USER_ID = 'U061F7AUR';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  readonly isPrivate: boolean;
}

export interface Message {
  readonly type: 'message';
  text: string;
  readonly user: string;
  readonly bot_id?: string;
  readonly ts: string;
  readonly thread_ts?: string;
  blocks?: unknown;
  edited?: { user: string; ts: string };
}

const MAX_MESSAGES = 10_000;
const MAX_CHANNELS = 1_000;

/** What one simulated Slack workspace holds: channels and their messages. */
export class Workspace {
  readonly #now: () => number;
  readonly #channels = new Map<string, Channel>();
  readonly #messages = new Map<string, Message[]>();
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.add('general', 'C0LAN2Q65');
    this.add('random');
  }

  get channels(): Channel[] {
    return [...this.#channels.values()];
  }

  /** By id, or by name with or without `#`. */
  find(nameOrId: string): Channel | undefined {
    const name = nameOrId.replace(/^#/, '');
    return this.#channels.get(nameOrId) ?? this.channels.find((channel) => channel.name === name);
  }

  /** Undefined when there are too many. */
  add(name: string, id = createId('C'), isPrivate = false): Channel | undefined {
    if (this.#channels.size >= MAX_CHANNELS) return undefined;
    const channel = { id, name, created: Math.floor(this.#now() / 1000), isPrivate };
    this.#channels.set(id, channel);
    return channel;
  }

  /** Newest first. */
  messages({ id }: Channel): readonly Message[] {
    return this.#messages.get(id) ?? [];
  }

  post({ id }: Channel, message: Omit<Message, 'type' | 'ts'>): Message {
    const posted: Message = { type: 'message', ...message, ts: this.timestamp() };
    this.#messages.set(id, [posted, ...(this.#messages.get(id) ?? [])].slice(0, MAX_MESSAGES));
    return posted;
  }

  remove({ id }: Channel, ts: string): void {
    this.#messages.set(
      id,
      (this.#messages.get(id) ?? []).filter((message) => message.ts !== ts),
    );
  }

  /** Seconds and a counter: no two are the same. */
  timestamp(): string {
    this.#count += 1;
    return `${Math.floor(this.#now() / 1000)}.${String(this.#count).padStart(6, '0')}`;
  }
}

/** `C` and ten capitals or digits. */
export function createId(prefix: string): string {
  return prefix + randomBytes(10).toString('hex').toUpperCase().slice(0, 10);
}
