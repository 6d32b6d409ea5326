import type * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { checkHeaders } from './check-headers.ts';
import type { ListStyle } from './form-encoding.ts';
import { encodeForm, isFormFields } from './form-encoding.ts';
import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import { baseUrlOf } from './integration.ts';
import type { Operation, Place } from './operation.ts';
import type { ProviderApi, SecretRole } from './provider.ts';

/** Throws `invalid_input` that names the fields. */
export function parseInput<Input extends z.ZodObject>(operation: Operation<Input>, input: unknown): z.output<Input> {
  const parsed = operation.input.safeParse(input, { reportInput: false });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ field: path.join('.'), message }));
  const list = issues.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
  throw new AppError('invalid_input', `The parameters of ${operation.name} are not valid: ${list}.`, {
    hint: 'Correct these parameters and call again. Nothing was sent.',
    details: { issues },
  });
}

/** An operation and its validated input as a request, with the provider's headers and the secrets read at this moment. */
export function buildRequest(
  integration: Integration,
  api: ProviderApi,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): HttpRequest {
  checkSettings(integration, api);
  const { settings } = integration.config;
  const { path, filled } = fillPath(operation.path, input, settings);
  const { query, headers: placed, body } = placeFields(operation, input, filled);
  const secretValues = readSecrets(integration, api, secrets);
  const url = baseUrlOf(integration, api);
  // Set, not resolved: no path can lead to another host.
  url.pathname = api.isSelfHosted ? join(url.pathname, path) : path;
  if (url.hash !== '') url.hash = '';
  if (api.query !== undefined) query.push(encodeForm(api.query(secretValues, settings)));
  const search = query.filter((pairs) => pairs !== '').join('&');
  if (search !== '' || url.search !== '') url.search = search;
  const headers = {
    accept: 'application/json',
    ...placed,
    ...api.headers(secretValues, settings),
  };
  // Here rather than at the first attempt: nothing has begun yet, and nobody was asked for consent.
  checkHeaders(headers);
  if (body === undefined) return { method: operation.method, url, headers, body };
  const contentType = operation.encoding === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  return { method: operation.method, url, headers: { ...headers, 'content-type': contentType }, body };
}

function checkSettings({ name, config }: Integration, api: ProviderApi): void {
  const missing = missingSettings(api, config.settings);
  if (missing.length === 0) return;
  throw new AppError('not_configured', `Integration "${name}" lacks the setting ${missing.join(', ')}.`, {
    hint: `Set it with configure_integration({service: "${config.service}", settings: {…}}).`,
  });
}

/** Settings that every call needs and that nobody has given. */
export function missingSettings(api: ProviderApi, settings: Readonly<Record<string, unknown>>): string[] {
  return (api.requiredSettings ?? []).filter((setting) => settings[setting] === undefined);
}

/** A base address may have a path of its own, and a path may begin with it already. */
function join(base: string, path: string): string {
  const prefix = base.replace(/\/$/, '');
  return path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
}

function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The path, and the names of the fields that it took. */
function fillPath(
  template: string,
  input: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
): { path: string; filled: readonly string[] } {
  const filled: string[] = [];
  const path = template.replace(/\{([^{}/]+)\}/g, (_match, name: string) => {
    const value = String(ownValue(input, name) ?? ownValue(settings, name) ?? '');
    filled.push(name);
    if (/^\.{0,2}$/.test(value)) throw new AppError('invalid_input', `"${name}" cannot be a part of an address.`);
    return encodeURIComponent(value.toWellFormed());
  });
  return { path, filled };
}

interface Parts {
  /** Encoded, some of them perhaps empty. */
  query: string[];
  headers: Record<string, string>;
  /** Undefined where there is nothing to send. */
  body: string | undefined;
}

interface Placed {
  name: string;
  value: unknown;
  place: Place;
}

const QUERY_METHODS: ReadonlySet<string> = new Set(['GET', 'DELETE']);

/** Sends every field to its place, but those that the path took. */
function placeFields(
  { method, encoding, places = {} }: Operation,
  input: Readonly<Record<string, unknown>>,
  filled: readonly string[],
): Parts {
  const isQuery = QUERY_METHODS.has(method);
  const itself: Place = { in: isQuery ? 'query' : 'field' };
  const at: Record<Place['in'], Placed[]> = { query: [], header: [], field: [], body: [] };
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || filled.includes(name)) continue;
    const place = ownValue(places, name) ?? itself;
    at[place.in].push({ name, value, place });
  }
  const lists = encoding === 'form' ? 'brackets' : 'repeat';
  const [whole] = at.body;
  const hasBody = !isQuery || at.field.length > 0 || whole !== undefined;
  return {
    query: at.query.map(({ name, value, place }) => encodeFields({ [name]: value }, place.lists ?? lists)),
    headers: Object.fromEntries(at.header.map(({ name, value }) => [name.toLowerCase(), String(value)])),
    body: hasBody ? encodeBody(encoding, whole === undefined ? fieldsOf(at.field) : whole.value) : undefined,
  };
}

function fieldsOf(placed: readonly Placed[]): Record<string, unknown> {
  return Object.fromEntries(placed.map(({ name, value }) => [name, value]));
}

function encodeBody(encoding: Operation['encoding'], content: unknown): string {
  return encoding === 'json' ? JSON.stringify(content) : encodeFields(content, 'brackets');
}

function encodeFields(fields: unknown, lists: ListStyle): string {
  if (typeof fields === 'object' && fields !== null && isFormFields(fields)) return encodeForm(fields, lists);
  const names = Object.keys(fields ?? {}).join(', ');
  throw new AppError('invalid_input', `"${names}" cannot be sent as form fields.`);
}

/** The values of all secrets that the API needs or takes; `not_configured` and `not_allowed` name the variable and never the value. */
function readSecrets(integration: Integration, api: ProviderApi, secrets: Secrets): Record<string, string> {
  const { name, config } = integration;
  const values: [string, string][] = [];
  for (const role of api.secrets) {
    const env = config.secretEnvs[role.role] ?? role.defaultEnv;
    const value = secrets.get(env);
    if (value === undefined && role.isOptional) continue;
    if (value === undefined) {
      throw new AppError('not_configured', `The environment variable ${env} of integration "${name}" is not set.`, {
        hint: `Set ${env} in the environment of the MCP server (the "env" of .mcp.json, or claude mcp add --env) and restart it.`,
        details: { variable: env },
      });
    }
    const problem = secretProblem(value, role);
    if (problem !== undefined) {
      throw new AppError('not_configured', `${env} of integration "${name}" cannot be used: ${problem}`, {
        hint: `Correct ${env} in the environment of the MCP server and restart it. Nothing was sent.`,
        details: { variable: env },
      });
    }
    if (config.mode === 'test' && role.modeOf?.(value) === 'live') {
      throw new AppError(
        'not_allowed',
        `${env} holds a live key, but integration "${name}" is in test mode. Nothing was sent.`,
        {
          hint: 'Use a test key, or configure mode "live" on purpose.',
          details: { variable: env },
        },
      );
    }
    values.push([role.role, value]);
  }
  return Object.fromEntries(values);
}

/** Why a value cannot be right, in words that do not repeat it; undefined when it can. */
export function secretProblem(value: string, role: SecretRole | undefined): string | undefined {
  if (value !== value.trim()) return 'the value has spaces or line ends around it.';
  return role?.problem?.(value);
}
