import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { RunningSimulator, SimulatorOptions, WebhookTarget } from './contract.ts';
import type { CreateService } from './service.ts';
import { startSimulator } from './simulator.ts';

/** Loads a service when it is first started: none costs anything before. */
export type LoadService = () => Promise<CreateService>;

export interface StartOptions extends Pick<SimulatorOptions, 'port' | 'onRequest'> {
  webhook?: WebhookTarget | undefined;
}

interface Started {
  readonly options: StartOptions;
  readonly simulator: Promise<RunningSimulator>;
}

/** The simulators that run in this process, one of each service. */
export class Simulators {
  readonly #services: ReadonlyMap<string, LoadService>;
  readonly #clock: Clock;
  readonly #running = new Map<string, Started>();

  constructor(services: ReadonlyMap<string, LoadService>, clock: Clock) {
    this.#services = services;
    this.#clock = clock;
  }

  /** What can be started. */
  get services(): string[] {
    return [...this.#services.keys()];
  }

  /**
   * Starts a simulator, or answers with the one that runs. Throws `invalid_input` for a service that cannot be simulated, `conflict`
   * when it runs with another port or webhook, and as `startSimulator` does.
   */
  async start(service: string, options: StartOptions = {}): Promise<RunningSimulator> {
    const load = this.#load(service);
    const running = this.#running.get(service);
    if (running !== undefined) return this.#same(service, running, options);
    const simulator = this.#launch(load, options);
    this.#running.set(service, { options, simulator });
    simulator.catch(() => this.#running.delete(service));
    return simulator;
  }

  /** The one that runs. Throws `invalid_input` for an unknown service, `not_found` when none runs. */
  async get(service: string): Promise<RunningSimulator> {
    this.#load(service);
    const running = await this.find(service);
    if (running !== undefined) return running;
    throw new AppError('not_found', `No simulator of ${service} runs in this process.`, {
      hint: 'Start it first, with the action start.',
    });
  }

  /** The one that runs, if any. */
  async find(service: string): Promise<RunningSimulator | undefined> {
    return this.#running.get(service)?.simulator;
  }

  /** False when none ran. */
  async stop(service: string): Promise<boolean> {
    this.#load(service);
    const running = this.#running.get(service);
    this.#running.delete(service);
    await (await running?.simulator.catch(() => undefined))?.stop();
    return running !== undefined;
  }

  /** Stops all. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((service) => this.stop(service)));
  }

  async #launch(load: LoadService, { webhook, port, onRequest }: StartOptions): Promise<RunningSimulator> {
    const create = await load();
    return startSimulator(create({ clock: this.#clock, webhook }), { port, clock: this.#clock, onRequest });
  }

  async #same(service: string, { options, simulator }: Started, wanted: StartOptions): Promise<RunningSimulator> {
    const running = await simulator;
    const { webhook } = options;
    const samePort = wanted.port === undefined || wanted.port === 0 || wanted.port === running.port;
    const sameWebhook =
      wanted.webhook === undefined || (wanted.webhook.url === webhook?.url && wanted.webhook.secret === webhook.secret);
    if (samePort && sameWebhook) return running;
    throw new AppError('conflict', `A simulator of ${service} runs at ${running.url} with other settings.`, {
      hint: 'Stop it first, or leave port and webhook out to use it as it is.',
    });
  }

  /** Throws `invalid_input` for a service that cannot be simulated. */
  check(service: string): void {
    this.#load(service);
  }

  #load(service: string): LoadService {
    const load = this.#services.get(service);
    if (load !== undefined) return load;
    throw new AppError('invalid_input', `There is no simulator of ${service}.`, {
      hint: `Simulated services: ${this.services.join(', ')}.`,
    });
  }
}
