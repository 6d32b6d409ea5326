import * as z from 'zod';
import { isEnvName } from '../core/secrets.ts';
import { resilienceSchema } from '../resilience/resilience-settings.ts';
import { webhookScheme } from '../webhooks/scheme.ts';
import type { Operation } from './operation.ts';
import type { LoadedProvider, ProviderApi } from './provider.ts';
import { MODES } from './provider.ts';

export const INTEGRATION_NAME = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;

const envName = z.string().refine(isEnvName);

/** What is saved of an integration. Secrets are names of environment variables, never values. */
export const integrationConfig = z.strictObject({
  service: z.string(),
  mode: z.enum(MODES),
  /** Variable by secret role. */
  secretEnvs: z.record(z.string(), envName),
  webhookSecretEnvs: z.array(envName),
  settings: z.record(z.string(), z.unknown()),
  baseUrl: z.url().optional(),
  /** The description of a service of the user's own: which one is saved, and what it is called. */
  openapi: z
    .strictObject({ digest: z.string(), title: z.string(), version: z.string(), operations: z.int() })
    .optional(),
  /** Operations that may be called; absent means all. */
  allow: z.array(z.string()).optional(),
  caps: z
    .strictObject({ maxAmountMinor: z.int().positive().optional(), writesPerHour: z.int().positive().optional() })
    .optional(),
  resilience: resilienceSchema,
  /** How a service of the user's own signs its webhooks. */
  webhookScheme: webhookScheme.optional(),
});

export type IntegrationConfig = z.output<typeof integrationConfig>;

/** A provider as one workspace uses it. */
export interface Integration {
  workspace: string;
  name: string;
  config: IntegrationConfig;
  createdAt: number;
  updatedAt: number;
}

/** Where calls go with a configuration, as it says it. */
export function addressOf({ baseUrl, settings }: IntegrationConfig, api: ProviderApi): string {
  return baseUrl ?? api.baseUrlFor?.(settings) ?? api.baseUrl;
}

export function baseUrlOf({ config }: Integration, api: ProviderApi): URL {
  return new URL(addressOf(config, api));
}

/** Calls by path in `allow`: `GET /v1/things`, or `GET /v1/*` for everything below. */
export const ALLOWED_PATH = /^(?:GET|POST|PUT|PATCH|DELETE) \/[^\s*]{0,500}\*?$/;

/** Whether `allow` permits an operation, by its name or by its method and path; without a list everything is. */
export function isAllowed({ config: { allow } }: Integration, { name, method, path }: Called): boolean {
  if (allow === undefined) return true;
  const call = `${method} ${path}`;
  return allow.some((entry) =>
    entry.endsWith('/*') ? call.startsWith(entry.slice(0, -1)) : entry === name || entry === call,
  );
}

type Called = Pick<Operation, 'name' | 'method' | 'path'>;

/** What shares a breaker: one host and one class of endpoints. */
export function breakerKey(host: string, endpointClass: string): string {
  return `${host}/${endpointClass}`;
}

/** The breakers that an integration's calls go through. */
export function breakerKeysOf(integration: Integration, provider: LoadedProvider): string[] {
  const { api } = provider;
  if (api === undefined) return [];
  const { host } = baseUrlOf(integration, api);
  const classes = new Set(Object.values(api.operations).map((operation) => operation.class));
  return [...classes].sort().map((endpointClass) => breakerKey(host, endpointClass));
}
