/** What a client of the API needs. */
export interface ApiConfig {
  baseUrl: string;
  apiKey: string;
}

/** What the webhook server needs. */
export interface Config {
  host: string;
  port: number;
  /** Origins that browsers may call from; none by default. */
  allowedOrigins: readonly string[];
  /** All that may be in use, as while a secret is rolled. */
  webhookSecrets: readonly string[];
  /** Where the provider delivers to, without path. Part of the signature of some providers. */
  publicUrl: string;
  databaseUrl: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an error that names the variable, never its value. */
export function readApiConfig(env: Environment): ApiConfig {
  return {
    baseUrl: env.ACME_API_URL ?? 'https://api.acme.example',
    apiKey: required(env, 'ACME_API_KEY'),
  };
}

/** Reads the environment once. Throws as `readApiConfig` does. */
export function readConfig(env: Environment): Config {
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port number.');
  return {
    host: env.HOST ?? '127.0.0.1',
    port,
    allowedOrigins: list(env.ALLOWED_ORIGINS),
    webhookSecrets: list(required(env, 'ACME_WEBHOOK_SECRET')),
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${port}`,
    databaseUrl: env.DATABASE_URL ?? 'file:./integration.db',
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

/** Comma-separated. */
function list(value = ''): readonly string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
