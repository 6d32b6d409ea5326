import type { VersionedText } from './versioned-text.ts';

/** What servers have acknowledged, and what went against their promises. */
export class Facts {
  readonly memories = new Map<string, VersionedText>();
  /** Deleted for certain, or perhaps: nobody answered. */
  readonly deleted = new Map<string, 'yes' | 'perhaps'>();
  readonly payments = new Map<string, Effect>();
  readonly refunds = new Map<string, Effect>();
  readonly mails = new Map<string, Effect>();
  readonly customers = new Map<string, Effect>();
  /** Ids of events that were answered with 2xx. */
  readonly events = new Set<string>();
  readonly problems: string[] = [];
  readonly calls = new Map<string, { answered: number; failed: number; lost: number }>();
  kills = 0;

  problem(text: string): void {
    // One fault tends to show a thousand times.
    if (this.problems.length < 50) this.problems.push(text);
  }

  count(tool: string, how: 'answered' | 'failed' | 'lost'): void {
    const counts = this.calls.get(tool) ?? { answered: 0, failed: 0, lost: 0 };
    counts[how] += 1;
    this.calls.set(tool, counts);
  }

  /** The effect of a reference was acknowledged under this id: it must be the same id each time. */
  acknowledge(effects: Map<string, Effect>, reference: string, id: unknown): void {
    const effect = effects.get(reference);
    if (effect === undefined) return;
    if (effect.id !== undefined && effect.id !== id) {
      this.problem(`${reference} was answered as ${effect.id}, then as ${String(id)}`);
    }
    effect.id = String(id);
  }
}

/** Something that must happen once. */
export interface Effect {
  args: Record<string, unknown>;
  /** That of the service's object, once acknowledged. */
  id: string | undefined;
}
