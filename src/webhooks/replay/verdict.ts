import type { Fault } from './faults.ts';
import type { Attempt, Observation } from './observation.ts';
import { answersOf, attemptsFor, isAccepted } from './observation.ts';

/** One point of a verdict on a handler. */
export interface Finding {
  readonly point: Point;
  readonly result: 'pass' | 'fail' | 'unknown';
  readonly evidence: string;
  /** What to change in the handler, or how to find out. */
  readonly fix: string | undefined;
}

type Judgement = Omit<Finding, 'point'>;

const pass = (evidence: string): Judgement => ({ result: 'pass', evidence, fix: undefined });
const fail = (evidence: string, fix: string): Judgement => ({ result: 'fail', evidence, fix });
const unknown = (evidence: string, fix?: string): Judgement => ({ result: 'unknown', evidence, fix });

const JUDGES = {
  verifies: judgeAcceptance,
  accepts_rolled_secret: judgeRolledSecret,
  rejects_stale: (seen) =>
    judgeRefusal(seen, 'stale', 'Refuse timestamps outside the tolerance, after the signature is checked.'),
  rejects_forged: (seen) =>
    judgeRefusal(
      seen,
      'bad_signature',
      'Compute the signature over the raw bytes, compare all of it (lengths first, then crypto.timingSafeEqual), and answer 400 before anything else.',
    ),
  rejects_reserialised: (seen) =>
    judgeRefusal(
      seen,
      'reserialised',
      'Verify the bytes as received (express.raw), not JSON that was parsed and written again.',
    ),
  idempotent: judgeIdempotence,
  order_safe: judgeOrder,
  records_first: judgeRecording,
  answers_in_time: judgeTime,
  hides_errors: judgeDiscretion,
} satisfies Record<string, (seen: Observation) => Judgement>;

export type Point = keyof typeof JUDGES;

/** What the attempts say about the handler, and no more than that: what could not be seen is unknown. */
export function judgeHandler(seen: Observation): Finding[] {
  const points = Object.entries(JUDGES) as [Point, (seen: Observation) => Judgement][];
  return points.map(([point, judge]) => ({ point, ...judge(seen) }));
}

function quote(lines: readonly string[]): string {
  const shown = lines.slice(0, 4).map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line));
  return `${shown.join(' | ')}${lines.length > 4 ? ` | and ${lines.length - 4} more` : ''}`;
}

function acceptsGenuine(seen: Observation): boolean {
  return attemptsFor(seen, 'first').some((attempt) => attempt.isGenuine && isAccepted(attempt));
}

function judgeAcceptance(seen: Observation): Judgement {
  const genuine = attemptsFor(seen, 'first').filter(({ isGenuine }) => isGenuine);
  if (genuine.length === 0) {
    return unknown(
      'Nothing was sent that the handler has to accept.',
      'Use resign with the secret that it verifies with.',
    );
  }
  const refused = genuine.filter((attempt) => !isAccepted(attempt));
  if (refused.length === 0) return pass(`Accepted ${genuine.length} genuine deliveries.`);
  if (refused.every(({ answer }) => answer.silence === 'timeout')) return unknown('It gave no answer in time.');
  const evidence = `${answersOf(refused)} to ${refused.length} of ${genuine.length} genuine deliveries.`;
  if (attemptsFor(seen, 'reserialised').some(isAccepted)) {
    return fail(
      `${evidence} It took the same JSON in another layout.`,
      'It verifies JSON that was parsed and written again. Verify the raw bytes: express.raw({ type: "*/*" }) on this route, before express.json().',
    );
  }
  return fail(
    evidence,
    'Check its path and its secret, add "reserialised" to faults to see whether it parses before it verifies, or give verify_webhook what it refused.',
  );
}

function judgeRolledSecret(seen: Observation): Judgement {
  const [attempt] = attemptsFor(seen, 'rolled_secret');
  if (attempt === undefined) return notTried(seen, 'rolled_secret');
  if (isAccepted(attempt)) return pass('Found the good signature behind another one.');
  if (!acceptsGenuine(seen)) return unknown('It accepts no genuine delivery either.');
  return fail(
    `${answersOf([attempt])} when the good signature came second.`,
    'Try every signature in the header: two are sent while a secret is rolled.',
  );
}

function judgeRefusal(seen: Observation, fault: Exclude<Fault, 'duplicate'>, fix: string): Judgement {
  const tried = attemptsFor(seen, fault);
  if (tried.length === 0) return notTried(seen, fault);
  const kinds = (attempts: readonly Attempt[]) => attempts.map(({ kind }) => kind).join(', ');
  const accepted = tried.filter(isAccepted);
  if (accepted.length > 0) return fail(`${answersOf(accepted)} to: ${kinds(accepted)}.`, fix);
  const broken = tried.filter(({ answer: { status } }) => status === undefined || status >= 500);
  if (broken.length > 0) {
    return fail(
      `${answersOf(broken)} to: ${kinds(broken)}. That is an accident, not a refusal.`,
      'Answer 400 to whatever cannot be verified: anybody can send it. crypto.timingSafeEqual throws on unequal lengths.',
    );
  }
  const changed = seen.state?.changes.get(fault) ?? [];
  if (changed.length > 0) {
    return fail(`It refused, and its state changed: ${quote(changed)}.`, 'Verify before anything is recorded.');
  }
  if (!acceptsGenuine(seen)) return unknown(`${answersOf(tried)}, as to genuine deliveries.`);
  return pass(`${answersOf(tried)} to: ${kinds(tried)}.`);
}

function notTried({ impossible }: Observation, fault: Fault): Judgement {
  const reason = impossible.find((each) => each.fault === fault)?.reason;
  return reason === undefined
    ? unknown('Not tried.', `Add "${fault}" to faults.`)
    : unknown(`Cannot be tried: ${reason}.`);
}

function judgeIdempotence(seen: Observation): Judgement {
  const repeats = attemptsFor(seen, 'again');
  if (repeats.length === 0) return unknown('Not tried.', 'Add "duplicate" to faults.');
  if (!acceptsGenuine(seen)) return unknown('It accepts no genuine delivery.');
  const refused = repeats.filter((attempt) => attempt.isGenuine && !isAccepted(attempt));
  if (refused.length > 0) {
    return fail(
      `${answersOf(refused)} to an event it had accepted before.`,
      'Answer 2xx to an event that is known: otherwise the provider sends it again and again, and disables the endpoint in the end.',
    );
  }
  const changes = seen.state?.changes.get('again') ?? [];
  if (changes.length > 0) {
    return fail(
      `Its state changed when events came again: ${quote(changes)}.`,
      "Insert the event's id under a unique key, in the transaction that applies it, and do nothing when it is there.",
    );
  }
  if (seen.state?.sawEffect) return pass(`${repeats.length} repeats were accepted and changed nothing.`);
  return unknown(
    `${answersOf(repeats)} to ${repeats.length} repeats; ${blindness(seen)}`,
    'Give state_url: a loopback GET that shows as JSON what the handler recorded.',
  );
}

function judgeOrder(seen: Observation): Judgement {
  const tried = attemptsFor(seen, 'out_of_order');
  if (tried.length === 0) {
    return unknown('Not tried.', 'Replay several events about one thing, with order, a signing secret and state_url.');
  }
  const refused = tried.filter((attempt) => !isAccepted(attempt));
  if (attemptsFor(seen, 'in_order').every(isAccepted) && refused.length > 0) {
    return fail(
      `${answersOf(refused)} to ${refused.length} events that came in another order.`,
      'Take an event whatever came before it: create what is missing, or store it and apply it later.',
    );
  }
  const differences = seen.state?.orderDifferences;
  if (differences === undefined) return unknown(`${answersOf(tried)}; ${blindness(seen)}`, 'Give state_url.');
  if (differences.length === 0) return pass('The same events ended in the same state in both orders.');
  return fail(
    `The same events ended differently (- in order, + in the other order): ${quote(differences)}.`,
    'Let an older event never undo a newer one: compare the time of the event and the rank of its status, or fetch the object from the provider.',
  );
}

function judgeRecording({ state }: Observation): Judgement {
  if (state === undefined) return unknown('Not to be seen without state_url.');
  if (state.late.length > 0) {
    return fail(
      `After its answer its state still changed: ${quote(state.late)}.`,
      'Store the event durably before answering 2xx: what is only in memory is lost in a crash, and nobody sends it again. (A durable queue that state_url does not show is as good.)',
    );
  }
  return state.sawEffect ? pass('What it recorded was there when it answered.') : unknown('Its state did not change.');
}

function judgeTime({ attempts, answerWithinMs }: Observation): Judgement {
  const limit = `the limit is ${answerWithinMs / 1000} s`;
  const late = attempts.filter(({ answer }) => answer.silence === 'timeout');
  if (late.length > 0) {
    return fail(
      `No answer in time to ${late.length} of ${attempts.length} deliveries; ${limit}.`,
      'Verify, store, answer 2xx, and do the work afterwards.',
    );
  }
  const times = attempts.filter(({ answer }) => answer.status !== undefined).map(({ answer }) => answer.tookMs);
  return times.length === 0
    ? unknown('There was no answer.')
    : pass(`Slowest answer ${Math.max(...times)} ms; ${limit}.`);
}

/** Frames of a stack as Node writes them, also inside HTML. */
const STACK = /\bat (?:[^\n<]{0,200}\()?(?:file:\/\/|\/|[A-Za-z]:\\)[^\n<]{1,300}:\d+:\d+/;

function judgeDiscretion({ attempts, secrets }: Observation): Judgement {
  const fix =
    'Answer with a status and a few words of your own; log the error. In Express: an error handler of your own.';
  const telling = attempts.find(({ answer }) => secrets.some((secret) => answer.body.includes(secret)));
  if (telling !== undefined) return fail(`The answer to "${purposeOf(telling)}" holds the signing secret.`, fix);
  const leaking = attempts.find(({ answer }) => STACK.test(answer.body));
  if (leaking !== undefined) return fail(`The answer to "${purposeOf(leaking)}" shows a stack of calls.`, fix);
  return attempts.length === 0 ? unknown('There was no answer.') : pass('No answer shows a stack or a secret.');
}

function purposeOf({ purpose, kind }: Attempt): string {
  return kind === undefined ? purpose : `${purpose}: ${kind}`;
}

function blindness({ state }: Observation): string {
  return state === undefined ? 'what they changed is not to be seen.' : 'nothing of it shows at state_url.';
}
