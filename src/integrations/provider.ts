import type { z } from 'zod';
import type { AppError } from '../core/errors.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { Challenge } from '../webhooks/challenge.ts';
import type { EventExamples } from '../webhooks/event-examples.ts';
import type { OccurrenceOf } from '../webhooks/listener/route.ts';
import type { WebhookScheme } from '../webhooks/scheme.ts';
import type { Operation } from './operation.ts';

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

/** How to call a provider's API. */
export interface ProviderApi {
  baseUrl: string;
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
  operations: Readonly<Record<string, Operation>>;
  /** The account on whose behalf the settings make it call, where one key serves several. */
  account?(settings: Readonly<Record<string, unknown>>): string | undefined;
  /** How repeats are recognised. Absent where the provider has no idempotency keys. */
  idempotency?: {
    header: string;
    /** Set on answers that were given before. */
    replayedHeader: string;
    /** For how long a key protects, in milliseconds. */
    lifetimeMs: number;
  };
  requestIdHeader: string;
  /** Turns an error answer into ours: our words, the provider's machine codes. */
  toError(failure: { status: number; headers: ResponseHeaders; body: unknown }): AppError;
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
}

/** What we know about a service. One folder each; adding one touches nothing else but the catalogue. */
export interface Provider {
  service: string;
  title: string;
  /** The provider's own documentation. */
  docs: string;
  api?: ProviderApi;
  webhook?: ProviderWebhook;
  /** True when `simulator/` can run a double of it. */
  simulated?: boolean;
}
