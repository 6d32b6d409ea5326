import type { HandlerAnswer } from '../handler-client.ts';
import type { Fault, ImpossibleFault } from './faults.ts';
import type { ReplayEvent } from './outgoing.ts';

/** Why a delivery was sent: the event itself, the same again, or to try something. */
export type Purpose = 'first' | 'again' | 'in_order' | 'out_of_order' | Exclude<Fault, 'duplicate'>;

export interface Attempt {
  readonly event: ReplayEvent;
  readonly purpose: Purpose;
  /** Which kind of a fault it was. */
  readonly kind: string | undefined;
  /** True when the handler has no reason to refuse it. */
  readonly isGenuine: boolean;
  readonly wasSigned: boolean;
  readonly answer: HandlerAnswer;
}

/** What the handler's own account of its state showed. */
export interface StateEvidence {
  /** True when the first deliveries changed it. */
  readonly sawEffect: boolean;
  /** What was still missing when the handler had answered. */
  readonly late: readonly string[];
  /** What deliveries changed that should have changed nothing, by their purpose. */
  readonly changes: ReadonlyMap<Purpose, readonly string[]>;
  /** How another order ended differently; undefined when that was not tried, or nothing was to be seen. */
  readonly orderDifferences: readonly string[] | undefined;
}

export interface Observation {
  readonly attempts: readonly Attempt[];
  readonly impossible: readonly ImpossibleFault[];
  /** Undefined without an address that shows it. */
  readonly state: StateEvidence | undefined;
  readonly answerWithinMs: number;
  /** Values that no answer may hold. */
  readonly secrets: readonly string[];
}

export function isAccepted({ answer: { status } }: Attempt): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

export function attemptsFor({ attempts }: Observation, ...purposes: Purpose[]): Attempt[] {
  return attempts.filter(({ purpose }) => purposes.includes(purpose));
}

/** "answered 500", "did not answer (timeout)": each once. */
export function answersOf(attempts: readonly Attempt[]): string {
  const texts = attempts.map(({ answer: { status, silence } }) =>
    status === undefined ? `did not answer (${silence})` : `answered ${status}`,
  );
  return [...new Set(texts)].join(', ');
}
