import type { WriteOptions } from './begin-request.ts';
import type { RequestLedger, RequestPlan } from './request-ledger.ts';
import type { CallContext } from './sender.ts';

/**
 * Asks before a write where its service takes it for real (live mode), and where it may have been executed before: a restoration of the
 * database has lost what was recorded then. The second is asked once by each process, however many writes follow.
 */
export class WriteConsent {
  readonly #ledger: RequestLedger;
  #knownRestoration: number | undefined;

  constructor(ledger: RequestLedger) {
    this.#ledger = ledger;
  }

  /**
   * Resolves to the plan that may begin. What the ledger has the answer to sends nothing: nobody has to agree to it again.
   * Throws what `confirm` throws.
   */
  async ask(asked: RequestPlan, options: WriteOptions, { provider, confirm }: CallContext): Promise<RequestPlan> {
    const plan = { ...asked, knownRestoration: this.#knownRestoration };
    if (plan.mode !== 'live' && (await this.#ledger.gap(plan)) === undefined) return plan;
    const { record, gap } = await this.#ledger.peek(plan);
    // What has begun goes on under its own key: of that, `peek` tells no gap.
    if (record?.state === 'executed' || (plan.mode !== 'live' && gap === undefined)) return plan;
    const { integration, operation, reference, mode, arguments: input } = plan;
    const about = options.about === undefined ? '' : `${options.about}: `;
    const where = `${provider.title} in ${mode === 'live' ? 'LIVE' : mode} mode`;
    const effect = `${about}${operation} at ${where}, reference "${reference}": ${JSON.stringify(input)}`;
    if (gap === undefined) {
      await confirm(effect, { integration, operation, input, options });
      return plan;
    }
    const from = new Date(gap.backupMadeAt).toISOString();
    const until = new Date(gap.restoredAt).toISOString();
    const warning =
      `The database was damaged and has been restored: what was done from ${from} to ${until} is not recorded. If this may have been ` +
      `done then, look at ${provider.title} first. Agreeing holds for the whole session.`;
    await confirm(`${warning} Now: ${effect}`, { integration, operation, input, options, gap });
    this.#knownRestoration = gap.restoredAt;
    return { ...plan, knownRestoration: gap.restoredAt };
  }
}
