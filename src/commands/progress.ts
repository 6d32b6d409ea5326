const INTERVAL_MS = 500;

/** Tells a waiting person how far a command is, at most twice a second. */
export class Progress {
  readonly #report: (text: string) => void;
  readonly #verb: string;
  readonly #startedAt = performance.now();
  #lastAt = this.#startedAt;

  constructor(verb: string, report: (text: string) => void) {
    this.#verb = verb;
    this.#report = report;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** @param share of the whole that is done, 0 to 1; undefined where the whole is unknown. */
  update(count: number, share: number | undefined): void {
    if (performance.now() - this.#lastAt < INTERVAL_MS) return;
    this.#lastAt = performance.now();
    const percent = share === undefined ? '' : ` (${Math.floor(Math.min(1, share) * 100)} %)`;
    this.#report(`${this.#verb} ${count}${percent}, ${Math.round(count / this.seconds)}/s\n`);
  }
}
