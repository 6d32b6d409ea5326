import { isFields } from '../utils/body.util.js';

/** PING of interactions wants a PONG; PING of webhook events wants any 2xx. https://docs.discord.com/developers/events/webhook-events */
export function answerChallenge(document: unknown, _secret: string): object | undefined {
  if (!isFields(document)) return undefined;
  if (document.type === 1 && !('event' in document)) return { type: 1 };
  return document.type === 0 ? {} : undefined;
}
