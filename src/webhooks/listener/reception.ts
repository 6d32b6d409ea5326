import type { Clock } from '../../core/clock.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { CertificateSource } from '../certificate.ts';
import type { ChallengeAnswer } from '../challenge.ts';
import { answerChallenge } from '../challenge.ts';
import { certificateUrl } from '../claim.ts';
import type { Delivery } from '../delivery.ts';
import type { EventLog, LoggedEvent } from '../event-log.ts';
import { headersOf } from '../raw-headers.ts';
import { signedOccurrence } from '../signed-occurrence.ts';
import type { VerdictReason } from '../verdict.ts';
import { refuse } from '../verdict.ts';
import type { Verdict } from '../verify.ts';
import { verifyDelivery } from '../verify.ts';
import type { ServedRoute } from './route.ts';

export interface ReceptionParts {
  readonly events: EventLog;
  readonly secrets: Secrets;
  readonly certificates: CertificateSource;
  readonly clock: Clock;
  /** Told once the event is stored, and when one that is pending came again. */
  onStored(event: LoggedEvent, route: ServedRoute): void;
}

export interface IncomingDelivery {
  /** Path and query. */
  readonly path: string;
  /** The address as the provider knows it. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON; nothing where it is undefined. */
  readonly body?: unknown;
}

/** Some providers repeat anything but 200, some read the body: nothing in it suits them all. */
const TAKEN: Answer = { status: 200 };

/** Verifies a delivery, stores it durably, and only then says how it is to be answered. Rejects when it could not be stored. */
export class Reception {
  readonly #parts: ReceptionParts;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  async receive(route: ServedRoute, incoming: IncomingDelivery, signal: AbortSignal): Promise<Answer> {
    const { events, clock, certificates } = this.#parts;
    const { webhook, workspace, provider } = route;
    const { path, url, rawHeaders, body } = incoming;
    const headers = headersOf(rawHeaders);
    const receivedAt = clock.now();
    const address = certificateUrl(webhook.scheme, headers);
    const certificate = address && (await certificates.get(address, signal));
    const delivery: Delivery = { headers, body, url, certificate };
    const { eventId, eventType, ...verdict } = this.#verify(route, delivery, receivedAt);
    const challenge = this.#challengeAnswer(route, delivery, verdict.matchedSecret, verdict.valid);
    const occurrence = verdict.valid
      ? (webhook.occurrence?.(parseJson(body)) ?? signedOccurrence(webhook.scheme, delivery, eventType))
      : undefined;
    const received = {
      workspace,
      provider,
      path,
      url,
      rawHeaders,
      body,
      verdict,
      eventId,
      eventType,
      occurrence,
      receivedAt,
    };
    const { event, isNew } = await events.insert(received, challenge === undefined ? 'pending' : 'ignored');
    if (isNew || event.status === 'pending') this.#parts.onStored(event, route);
    if (challenge !== undefined) return challenge;
    return verdict.valid ? TAKEN : refusal(verdict.reason);
  }

  /** With the secrets of the route's own workspace only: who has another project's vouches for nothing here. */
  #verify({ webhook, trustedSecrets, otherSecrets }: ServedRoute, delivery: Delivery, nowMs: number): Verdict {
    const secrets = trustedSecrets.map((name) => ({ name, value: this.#parts.secrets.get(name) }));
    const verdict = verifyDelivery(webhook.scheme, delivery, { secrets, nowMs });
    const isOpen = verdict.reason === 'signature_mismatch' || verdict.reason === 'no_secret';
    if (!isOpen || otherSecrets.length === 0) return verdict;
    const message = `The process that holds the port has another value than this project, or none, in ${otherSecrets.join(', ')}.`;
    return { ...verdict, ...refuse('secret_elsewhere', message) };
  }

  /** Only a verified delivery gets one: an endpoint that answers anybody signs what it is given. */
  #challengeAnswer(
    { webhook }: ServedRoute,
    delivery: Delivery,
    matchedSecret: string | undefined,
    isValid: boolean,
  ): ChallengeAnswer | undefined {
    if (!isValid || webhook.challenge === undefined || matchedSecret === undefined) return undefined;
    return answerChallenge(webhook.challenge, delivery, this.#parts.secrets.get(matchedSecret) ?? '');
  }
}

/** What could not be decided here and now is sent again later: then another process may hold the port. */
const UNDECIDED: readonly VerdictReason[] = ['secret_elsewhere', 'missing_certificate'];

function refusal(reason: VerdictReason): Answer {
  return { status: UNDECIDED.includes(reason) ? 503 : 400, body: { error: 'not verified', reason } };
}
