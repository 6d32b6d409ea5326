/** `breakwater-mcp/simulator`: simulated services for a test suite, each on a free port of loopback. */

import { generateKeyPairSync } from 'node:crypto';
import { createGithubSimulator } from '../integrations/github/simulator/index.ts';
import { createSendgridSimulator } from '../integrations/sendgrid/simulator/index.ts';
import type { ReceivedMail } from '../integrations/sendgrid/simulator/received-mail.ts';
import { createSlackSimulator } from '../integrations/slack/simulator/index.ts';
import { createStripeSimulator } from '../integrations/stripe/simulator/index.ts';
import type { RunningSimulator, ServiceOptions, SimulatorOptions } from '../simulator/contract.ts';
import type { SimulatedService } from '../simulator/service.ts';
import { startSimulator } from '../simulator/simulator.ts';

export type { RecordedDelivery, RecordedRequest, TriggeredEvent, WebhookTarget } from '../simulator/contract.ts';
export type { FaultInput } from '../simulator/fault.ts';
export type { ReceivedMail, RunningSimulator };

/** A port to listen on, where webhooks go, and a clock to move by hand; all optional. */
export interface StartOptions extends ServiceOptions, SimulatorOptions {}

export interface StripeStartOptions extends StartOptions {
  /** Milliseconds that every request takes. */
  latencyMs?: number | undefined;
}

export interface RunningSendgrid extends RunningSimulator {
  /** The mails that were accepted, oldest first. */
  readonly messages: readonly ReceivedMail[];
}

/** Give the official library `host`, `port` and `protocol: 'http'`, and any key that begins with `sk_test_`. */
export function startStripe(options: StripeStartOptions = {}): Promise<RunningSimulator> {
  return start(createStripeSimulator(options), options);
}

/** Give the official library this address: `client.setDefaultRequest('baseUrl', url)`, and any key that begins with `SG.`. */
export async function startSendgrid(options: StartOptions = {}): Promise<RunningSendgrid> {
  const service = createSendgridSimulator(options);
  const simulator = await start(service, options);
  return Object.defineProperty(simulator, 'messages', { get: () => service.messages }) as RunningSendgrid;
}

/** The Web API is at `/api/`; any token that begins with `xoxb-` is taken. */
export function startSlack(options: StartOptions = {}): Promise<RunningSimulator> {
  return start(createSlackSimulator(options), options);
}

/** Give clients this address as `baseUrl`, and any token that begins with `ghp_` or `github_pat_`. */
export function startGithub(options: StartOptions = {}): Promise<RunningSimulator> {
  return start(createGithubSimulator(options), options);
}

function start(service: SimulatedService, { port, clock, onRequest }: SimulatorOptions): Promise<RunningSimulator> {
  return startSimulator(service, { port, clock, onRequest });
}

/** Keys for SendGrid's event webhook: the simulator signs with the private one, a receiver verifies with the public one. */
export function createSendgridKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}
