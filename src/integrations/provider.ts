import type { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { ApiDescription } from '../openapi/api-description.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { LoadService } from '../simulator/simulators.ts';
import type { Challenge } from '../webhooks/challenge.ts';
import type { EventExamples } from '../webhooks/event-examples.ts';
import type { OccurrenceOf } from '../webhooks/listener/route.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import type { Operation } from './operation.ts';
import type { Pagination } from './pagination.ts';

export const MODES = ['test', 'live'] as const;
/** `test` is the default and the only mode in which loopback is allowed; `live` moves money and mail. */
export type Mode = (typeof MODES)[number];

/** A secret that the API of a provider needs. */
export interface SecretRole {
  role: string;
  /** The variable that is looked up when the user names none. */
  defaultEnv: string;
  description: string;
  /** True where some installations need none. */
  isOptional?: boolean;
  /** The mode a value belongs to, where the provider's keys tell. */
  modeOf?(value: string): Mode | undefined;
  /** Why a value cannot be right, in words that do not repeat it; undefined when it can. */
  problem?(value: string): string | undefined;
}

/** How to call a provider's API, whatever is called. */
export interface ProviderApi {
  baseUrl: string;
  /** Where it is instead with these settings: a region, a shop of one's own. */
  baseUrlFor?(settings: Readonly<Record<string, unknown>>): string | undefined;
  /** Settings without which no call can be made. */
  requiredSettings?: readonly string[];
  /** True for an API that many hosts offer: then `base_url` may name any public one. */
  isSelfHosted?: boolean;
  secrets: readonly SecretRole[];
  /** What a user may set beside the common settings. */
  settings: z.ZodObject;
  /** Headers of every request. */
  headers(
    secrets: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, unknown>>,
  ): Record<string, string>;
  /** Fields of every query, where the key goes there. */
  query?(
    secrets: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, unknown>>,
  ): Record<string, string>;
  /** How calls by path alone are sent, and how their lists continue. Absent means JSON, and lists of one page. */
  conventions?: { encoding: Operation['encoding']; pagination?: Pagination };
  /** The account on whose behalf the settings make it call, where one key serves several. */
  account?(settings: Readonly<Record<string, unknown>>): string | undefined;
  /** How repeats are recognised. Absent where the provider has no idempotency keys. */
  idempotency?: {
    header: string;
    /** Set on answers that were given before, where the service tells. */
    replayedHeader?: string;
    /** For how long a key protects, in milliseconds. */
    lifetimeMs: number;
  };
  requestIdHeader: string;
  /** The status that a successful answer means after all, where a service reports errors with 200. */
  statusOf?(body: unknown): number | undefined;
  /** Turns an error answer into ours: our words, the provider's machine codes. */
  toError(failure: { status: number; headers: ResponseHeaders; body: unknown }): AppError;
}

export type Operations = Readonly<Record<string, Operation>>;

/** How to call a provider's API, and what there is to call. */
export interface LoadedApi extends ProviderApi {
  operations: Operations;
}

/** How a provider delivers its webhooks. */
export interface ProviderWebhook {
  /** Absent where the user describes it. */
  scheme?: WebhookScheme;
  /** The variable that is looked up when the user names none. */
  defaultSecretEnv: string;
  events?: EventExamples;
  challenge?: Challenge;
  occurrence?: OccurrenceOf;
  /** Within how many seconds it wants its answer, where it says so. */
  answerWithinS?: number;
}

/** What a user says about an API that no provider describes. */
export interface OwnApi {
  baseUrl: string | undefined;
  settings: Readonly<Record<string, unknown>>;
  description: ApiDescription | undefined;
}

/** What we know about a service. One folder each; adding one touches nothing else but the catalogue. */
export interface Provider {
  service: string;
  title: string;
  /** The provider's own documentation. */
  docs: string;
  api?: ProviderApi;
  /** Loads what there is to call: most sessions use one or two services, and the schemas of all are several megabytes. */
  loadOperations?(): Promise<Operations>;
  /** The API of one integration, where each has its own; undefined while there is nothing to call. */
  apiOf?(own: OwnApi): Promise<LoadedApi | undefined>;
  webhook?: ProviderWebhook;
  /** Loads the double of it in `simulator/`. */
  loadSimulator?: LoadService;
}

/** A provider that is used: its operations are loaded, or those of the one integration. */
export interface LoadedProvider extends Provider {
  api?: LoadedApi;
}

/** How to call a provider; `not_configured` for one that only sends webhooks. */
export function apiOf<Api extends ProviderApi>({ api, title }: { api?: Api; title: string }): Api {
  if (api !== undefined) return api;
  throw new AppError('not_configured', `${title} is known for its webhooks only: it has no operations yet.`);
}
