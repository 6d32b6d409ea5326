import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { encodeForm, isFormValue } from './form-encoding.ts';
import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import { baseUrlOf } from './integration.ts';
import type { Operation } from './operation.ts';
import type { ProviderApi, SecretRole } from './provider.ts';

/** An operation and its validated input as a request, with the provider's headers and the secrets read at this moment. */
export function buildRequest(
  integration: Integration,
  api: ProviderApi,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): HttpRequest {
  checkSettings(integration, api);
  const { path, rest } = fillPath(operation.path, input, integration.config.settings);
  const url = new URL(path, baseUrlOf(integration, api));
  const headers = {
    accept: 'application/json',
    ...api.headers(readSecrets(integration, api, secrets), integration.config.settings),
  };
  if (operation.method === 'GET') {
    url.search = encode(rest);
    return { method: 'GET', url, headers, body: undefined };
  }
  const form = operation.encoding === 'form';
  const contentType = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const body = form ? encode(rest) : JSON.stringify(rest);
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

function fillPath(
  template: string,
  input: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
): { path: string; rest: Record<string, unknown> } {
  const rest = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = String(input[name] ?? settings[name]);
    delete rest[name];
    if (/^\.{0,2}$/.test(value)) throw new AppError('invalid_input', `"${name}" cannot be a part of an address.`);
    return encodeURIComponent(value.toWellFormed());
  });
  return { path, rest };
}

function encode(fields: Record<string, unknown>): string {
  const accepted = Object.entries(fields).map(([name, value]) => {
    if (!isFormValue(value)) throw new AppError('invalid_input', `"${name}" cannot be sent as a form field.`);
    return [name, value] as const;
  });
  return encodeForm(Object.fromEntries(accepted));
}

/** The values of all secrets that the API needs or takes; `not_configured` and `not_allowed` name the variable and never the value. */
export function readSecrets(integration: Integration, api: ProviderApi, secrets: Secrets): Record<string, string> {
  const { name, config } = integration;
  const values = api.secrets.flatMap((role) => {
    const env = config.secretEnvs[role.role] ?? role.defaultEnv;
    const value = secrets.get(env);
    if (value === undefined && role.isOptional) return [];
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
    return [[role.role, value] as const];
  });
  return Object.fromEntries(values);
}

/** Why a value cannot be right, in words that do not repeat it; undefined when it can. */
export function secretProblem(value: string, role: SecretRole | undefined): string | undefined {
  if (value !== value.trim()) return 'the value has spaces or line ends around it.';
  return role?.problem?.(value);
}
