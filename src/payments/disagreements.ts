type Fact = readonly [name: string, theirs: unknown, ours: unknown];

/** Facts on which the service and our ledger do not agree, for people. */
export function compare(facts: readonly Fact[]): string[] {
  return facts
    .filter(([, theirs, ours]) => theirs !== ours)
    .map(([name, theirs, ours]) => `${name}: Stripe says ${String(theirs)}, our ledger last saw ${String(ours)}`);
}
