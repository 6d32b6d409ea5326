import type { Offer, Toolset } from '../core/toolset.ts';
import { TOOLSETS } from '../core/toolset.ts';

/** What a set holds, by name. */
interface Members {
  /** Its tools that change nothing: all that `readOnly` leaves of them. */
  reads: readonly string[];
  writes: readonly string[];
  resources: readonly string[];
  prompts: readonly string[];
}

/** Every tool, resource and prompt is in exactly one set; the guides are documentation, and say themselves which set they are about. */
export const TOOLSET_MEMBERS: Readonly<Record<Toolset, Members>> = {
  integrations: {
    reads: ['list_integrations', 'read_api'],
    writes: ['configure_integration', 'call_api'],
    resources: ['integration'],
    prompts: ['integrate_service'],
  },
  payments: {
    reads: ['retrieve_payment_intent'],
    writes: ['create_payment_intent', 'update_payment_intent', 'refund_payment', 'send_email'],
    resources: ['payment', 'subscription'],
    prompts: [],
  },
  resilience: {
    reads: ['breaker_status'],
    writes: ['control_breaker'],
    resources: ['breaker', 'service metrics'],
    prompts: ['incident'],
  },
  webhooks: {
    reads: ['verify_webhook', 'sign_webhook', 'list_webhook_events'],
    writes: ['webhook_listener', 'replay_webhook'],
    resources: ['webhook-event'],
    prompts: ['debug_webhook'],
  },
  code: {
    reads: ['detect_repository', 'check_integration'],
    writes: ['simulate_service', 'scaffold_integration'],
    resources: [],
    prompts: ['review_integration'],
  },
  memory: {
    reads: ['search_memories', 'get_memory'],
    writes: ['store_memory', 'update_memory', 'delete_memory', 'link_memories'],
    resources: ['memory', 'recent_memories'],
    prompts: [],
  },
};

const GUIDES = 'guide';
const EVERY_TOOL = new Set(Object.values(TOOLSET_MEMBERS).flatMap(({ reads, writes }) => [...reads, ...writes]));

/** The set of a resource or prompt; undefined for the guides. */
export function toolsetOf(name: string): Toolset | undefined {
  return TOOLSETS.find((toolset) => {
    const { resources, prompts } = TOOLSET_MEMBERS[toolset];
    return resources.includes(name) || prompts.includes(name);
  });
}

interface Named {
  name: string;
}

/** What an offer leaves of everything that agents can see. */
export class Offered {
  readonly isWhole: boolean;
  readonly #sets: ReadonlySet<Toolset>;
  readonly #tools: ReadonlySet<string>;
  readonly #resources: ReadonlySet<string>;
  readonly #prompts: ReadonlySet<string>;

  constructor({ toolsets = TOOLSETS, readOnly }: Offer) {
    const members = toolsets.map((toolset) => TOOLSET_MEMBERS[toolset]);
    this.#sets = new Set(toolsets);
    this.#tools = new Set(members.flatMap(({ reads, writes }) => (readOnly ? reads : [...reads, ...writes])));
    this.#resources = new Set([GUIDES, ...members.flatMap(({ resources }) => resources)]);
    this.#prompts = new Set(members.flatMap(({ prompts }) => prompts));
    this.isWhole = this.#tools.size === EVERY_TOOL.size;
  }

  hasTool(name: string): boolean {
    return this.#tools.has(name);
  }

  tools<T extends Named>(all: readonly T[]): readonly T[] {
    return all.filter(({ name }) => this.#tools.has(name));
  }

  resources<T extends Named>(all: readonly T[]): readonly T[] {
    return all.filter(({ name }) => this.#resources.has(name));
  }

  prompts<T extends Named>(all: readonly T[]): readonly T[] {
    return all.filter(({ name }) => this.#prompts.has(name));
  }

  guides<T extends { toolset: Toolset | undefined }>(all: readonly T[]): readonly T[] {
    return all.filter(({ toolset }) => toolset === undefined || this.#sets.has(toolset));
  }

  /** Those sentences that name no withheld tool, as one text. */
  tell(...sentences: readonly string[]): string {
    return sentences.filter((sentence) => !this.#namesWithheld(sentence)).join(' ');
  }

  #namesWithheld(sentence: string): boolean {
    const words = sentence.match(/\w+/g) ?? [];
    return words.some((word) => EVERY_TOOL.has(word) && !this.#tools.has(word));
  }
}
