import type { LoggedEvent } from './event-log.ts';

/** What an event changed: `applied` once, `already_applied` ever after, `ignored` where nothing here follows from it. */
export interface EffectOutcome {
  readonly result: 'applied' | 'already_applied' | 'ignored';
  /** What happened, for people; in our words. */
  readonly note: string | undefined;
  /** What followed from it and did not end, in our words: to be tried again, though the event had its effect. */
  readonly unfinished?: string | undefined;
}

/**
 * What follows from a verified event in our own records. The listener hands every pending event here, possibly more than once and in any
 * order: an implementation claims the event and applies it in one transaction. Throws only what may be tried again.
 */
export interface EventEffects {
  apply(event: LoggedEvent): Promise<EffectOutcome>;
}
