import * as z from 'zod';
import type { ErrorCode } from '../../core/errors.ts';
import { AppError } from '../../core/errors.ts';
import { isLoopbackUrl } from '../../core/loopback.ts';
import { pagination } from '../pagination.ts';
import type { LoadedApi, OwnApi, SecretRole } from '../provider.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);

const customSettings = z.strictObject({
  auth: z.enum(['bearer', 'basic', 'header', 'query', 'none']).optional().describe('How the key is sent'),
  auth_name: headerName.optional().describe('Name of the header or of the field of the query'),
  encoding: z.enum(['json', 'form']).optional().describe('Of bodies sent by path (default json)'),
  idempotency_header: headerName
    .optional()
    .describe('Header in which a POST carries its key, where the service has one'),
  pagination: pagination.optional().describe('How lists continue'),
});

/** How one call is authenticated. */
interface Scheme {
  role: string;
  kind: 'bearer' | 'basic' | 'header' | 'query';
  name?: string | undefined;
  description: string;
  isOptional: boolean;
}

/** The API of a service that the user describes: by its address alone, or with an OpenAPI description. */
export async function customApi({ baseUrl, settings, description }: OwnApi): Promise<LoadedApi | undefined> {
  const address = baseUrl ?? secured(description?.baseUrl);
  if (address === undefined) return undefined;
  const own = customSettings.safeParse(settings).data ?? {};
  const spoken = schemesOf(own, description?.security ?? []);
  const conventions = { isKeyed: own.idempotency_header !== undefined, pagination: own.pagination };
  const { describedOperations } = await import('./described-operations.ts');
  return {
    baseUrl: address,
    isSelfHosted: true,
    secrets: spoken.map((scheme) => toRole(scheme, description?.title)),
    settings: customSettings,
    headers: (secrets) => headersOf(spoken, secrets),
    query: (secrets) => queryOf(spoken, secrets),
    operations: description === undefined ? {} : describedOperations(description, conventions),
    conventions: {
      encoding: own.encoding ?? 'json',
      ...(own.pagination === undefined ? {} : { pagination: own.pagination }),
    },
    ...(own.idempotency_header === undefined
      ? {}
      : {
          idempotency: {
            header: own.idempotency_header.toLowerCase(),
            replayedHeader: 'idempotent-replayed',
            lifetimeMs: DAY_MS,
          },
        }),
    requestIdHeader: 'x-request-id',
    toError: ({ status }) => toError(status),
  };
}

const BEARER: Scheme = { role: 'api_key', kind: 'bearer', description: 'API key or token', isOptional: true };

/** What the user chose, else what the description says, else a token if there is one: many descriptions do not say it. */
function schemesOf(own: z.output<typeof customSettings>, described: readonly Scheme[]): readonly Scheme[] {
  if (own.auth !== undefined) return chosenScheme(own);
  return described.length === 0 ? [BEARER] : described;
}

function chosenScheme({ auth = 'bearer', auth_name: name }: z.output<typeof customSettings>): Scheme[] {
  if (auth === 'none') return [];
  const description = auth === 'basic' ? 'user:password' : 'API key or token';
  return [{ role: 'api_key', kind: auth, name: name ?? 'x-api-key', description, isOptional: false }];
}

function toRole({ role, description, isOptional }: Scheme, title: string | undefined): SecretRole {
  const words = (title ?? 'custom').toUpperCase().match(/[A-Z][A-Z0-9]*/g) ?? ['CUSTOM'];
  return {
    role,
    description,
    isOptional,
    defaultEnv: `${words.slice(0, 3).join('_').slice(0, 40)}_${role.toUpperCase()}`,
  };
}

/** Of several schemes every one whose variable is set is sent; the first one has a header for itself. */
function headersOf(schemes: readonly Scheme[], secrets: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { role, kind, name } of schemes) {
    const secret = secrets[role];
    if (secret === undefined || kind === 'query') continue;
    const [header, value] =
      kind === 'header' && name !== undefined
        ? [name.toLowerCase(), secret]
        : ['authorization', authorization(kind, secret)];
    headers[header] ??= value;
  }
  return headers;
}

function authorization(kind: Scheme['kind'], secret: string): string {
  return kind === 'basic' ? `Basic ${Buffer.from(secret).toString('base64')}` : `Bearer ${secret}`;
}

function queryOf(schemes: readonly Scheme[], secrets: Readonly<Record<string, string>>): Record<string, string> {
  const fields = schemes.flatMap(({ role, kind, name = role }) => {
    const secret = kind === 'query' ? secrets[role] : undefined;
    return secret === undefined ? [] : [[name, secret] as const];
  });
  return Object.fromEntries(fields);
}

/** Many descriptions still say http; keys do not travel that way. */
function secured(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  if (url === null) return undefined;
  if (!isLoopbackUrl(url)) url.protocol = 'https:';
  return url.href;
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limited',
};

function toError(status: number): AppError {
  const code = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'rejected');
  return new AppError(code, `The service answered with status ${status}.`, {
    hint:
      code === 'unauthorized'
        ? 'Check the variables of the integration, and settings.auth: how the key is sent.'
        : 'Check path and params against the documentation of the service.',
    details: { http_status: status },
  });
}
