import { SingleBar } from 'cli-progress';

const INTERVAL_MS = 500;
const STEPS = 1000;

/** Tells a waiting person how far a command is: a bar on a terminal where the whole is known, otherwise a line twice a second. */
export class Progress {
  readonly #report: (text: string) => void;
  readonly #verb: string;
  readonly #startedAt = performance.now();
  #lastAt = this.#startedAt;
  #bar: SingleBar | undefined;

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
    const speed = `${Math.round(count / this.seconds)}/s`;
    if (share === undefined) this.#report(`${this.#verb} ${count}, ${speed}\n`);
    else if (process.stderr.isTTY) this.#draw(Math.min(1, share), `${this.#verb} ${count}, ${speed}`);
    else this.#report(`${this.#verb} ${count} (${Math.floor(Math.min(1, share) * 100)} %), ${speed}\n`);
  }

  /** Clears the bar. */
  end(): void {
    this.#bar?.stop();
  }

  #draw(share: number, text: string): void {
    this.#bar ??= startBar();
    this.#bar.update(Math.floor(share * STEPS), { text });
  }
}

function startBar(): SingleBar {
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage} % | {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(STEPS, 0, { text: '' });
  return bar;
}
