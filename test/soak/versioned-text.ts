interface Version {
  text: string;
  /** When it was asked for and when it was acknowledged, counted; undefined while nobody has answered. */
  began: number;
  ended: number | undefined;
}

/**
 * A text that several actors correct at once. What was acknowledged before another correction began is overwritten by it; of those that
 * overlap either may have come last, and one that nobody answered may come at any time, or never.
 */
export class VersionedText {
  readonly #versions: Version[];
  #steps = 1;

  constructor(text: string) {
    this.#versions = [{ text, began: 0, ended: 0 }];
  }

  /** @returns to be called when it is acknowledged */
  begin(text: string): () => void {
    const version: Version = { text, began: this.#step(), ended: undefined };
    this.#versions.push(version);
    return () => {
      version.ended = this.#step();
    };
  }

  mayBe(text: string): boolean {
    return this.#versions.some((version) => version.text === text && !this.#isOverwritten(version));
  }

  #isOverwritten({ ended }: Version): boolean {
    if (ended === undefined) return false;
    return this.#versions.some((later) => later.ended !== undefined && later.began > ended);
  }

  #step(): number {
    this.#steps += 1;
    return this.#steps;
  }
}
