import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createGithubSimulator } from '../../src/integrations/github/simulator/index.ts';
import { createSendgridSimulator } from '../../src/integrations/sendgrid/simulator/index.ts';
import { createSlackSimulator } from '../../src/integrations/slack/simulator/index.ts';
import { createStripeSimulator } from '../../src/integrations/stripe/simulator/index.ts';
import type { RunningSimulator } from '../../src/simulator/contract.ts';
import type { FaultInput } from '../../src/simulator/fault.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { Random } from './random.ts';

/** Made up, of the shape that real ones have. */
export const KEYS = {
  STRIPE_SECRET_KEY: 'sk_test_51BreakwaterSoakKey0000000000000000000001',
  STRIPE_WEBHOOK_SECRET: 'whsec_soak0123456789abcdef',
  SENDGRID_API_KEY: `SG.${'x'.repeat(22)}.${'y'.repeat(43)}`,
  SLACK_BOT_TOKEN: ['xoxb', '000000000001', '000000000002', 'SoakSoakSoakSoakSoak0001'].join('-'),
  GITHUB_TOKEN: `ghp_${'soak'.repeat(9)}`,
} as const;

const FAULTS: readonly FaultInput[] = [
  { kind: 'reset_after_executing' },
  { kind: 'drop' },
  { kind: 'bad_json' },
  { kind: 'wrong_length' },
  { kind: 'delay', ms: 300 },
  { kind: 'slow_body', ms: 400 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, retry_after: 1 },
  { kind: 'status', status: 409 },
  { kind: 'rate_limit', retry_after: 1 },
  { kind: 'webhook_duplicate' },
  { kind: 'webhook_delay', ms: 500 },
  { kind: 'webhook_bad_signature' },
];

/** The services that the servers use, on loopback, and what they have seen. */
export class Services {
  readonly simulators: Readonly<Record<string, RunningSimulator>>;
  /** Takes every webhook: what replays are sent to. */
  readonly handlerUrl: string;
  /** How often a mail with this subject was accepted, by message id. */
  readonly mails = new Map<string, Set<string>>();
  readonly #handler: Server;
  readonly #readMails: () => void;

  private constructor(parts: {
    simulators: Readonly<Record<string, RunningSimulator>>;
    handler: Server;
    messages: () => readonly { id: string; subject: string | undefined }[];
  }) {
    this.simulators = parts.simulators;
    this.#handler = parts.handler;
    const { port } = parts.handler.address() as AddressInfo;
    this.handlerUrl = `http://127.0.0.1:${port}/hooks`;
    this.#readMails = () => {
      for (const { id, subject = '' } of parts.messages()) {
        this.mails.set(subject, (this.mails.get(subject) ?? new Set()).add(id));
      }
    };
  }

  static async start(webhookUrl: string): Promise<Services> {
    const sendgrid = createSendgridSimulator();
    const webhook = { url: webhookUrl, secret: KEYS.STRIPE_WEBHOOK_SECRET };
    const simulators = {
      stripe: await startSimulator(createStripeSimulator({ webhook })),
      sendgrid: await startSimulator(sendgrid),
      slack: await startSimulator(createSlackSimulator()),
      github: await startSimulator(createGithubSimulator()),
    };
    const handler = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
    await new Promise<void>((ready) => handler.listen(0, '127.0.0.1', ready));
    return new Services({ simulators, handler, messages: () => sendgrid.messages });
  }

  /** The simulator forgets old mails: read them before it does. */
  readMails(): void {
    this.#readMails();
  }

  /** Gives some services a few faults for their next requests, and the others none. */
  disturb(random: Random): void {
    for (const simulator of Object.values(this.simulators)) {
      const count = random.chance(0.4) ? random.below(6) : 0;
      simulator.script(
        Array.from({ length: count }, () => ({
          ...(random.pick(FAULTS) ?? { kind: 'drop' }),
          times: 1 + random.below(4),
        })),
      );
    }
  }

  calm(): void {
    for (const simulator of Object.values(this.simulators)) simulator.script([]);
  }

  /** Every object of a list of Stripe, read past every client of ours. */
  async stripeObjects(path: string): Promise<StripeObject[]> {
    const all: StripeObject[] = [];
    for (let more = true; more; ) {
      const after = all.length === 0 ? '' : `&starting_after=${all.at(-1)?.id}`;
      const response = await fetch(`${this.simulators['stripe']?.url}/v1/${path}?limit=100${after}`, {
        headers: { authorization: `Bearer ${KEYS.STRIPE_SECRET_KEY}` },
      });
      const page = (await response.json()) as { data: StripeObject[]; has_more: boolean };
      all.push(...page.data);
      more = page.has_more;
    }
    return all;
  }

  async stop(): Promise<void> {
    this.#handler.close();
    await Promise.all(Object.values(this.simulators).map((simulator) => simulator.stop()));
  }
}

export interface StripeObject {
  id: string;
  amount: number;
  payment_intent?: string;
  metadata: Record<string, string>;
  /** Of a customer. */
  email: string;
}
