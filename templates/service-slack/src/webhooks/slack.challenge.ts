import { isFields, textOf } from '../utils/body.util.js';

/** Sent when the URL is saved. https://docs.slack.dev/reference/events/url_verification */
export function answerChallenge(document: unknown, _secret: string): object | undefined {
  if (!isFields(document) || document.type !== 'url_verification') return undefined;
  const challenge = textOf(document, 'challenge');
  return challenge === undefined ? undefined : { challenge };
}
