import * as z from 'zod';
import { AppError } from '../../../core/errors.ts';
import { parseTargetUrl } from '../../../simulator/webhook-target.ts';
import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';
import { createId, randomText } from './ids.ts';
import type { StripeEvent, WebhookEndpoint } from './objects.ts';
import { boolean, clearable, list, metadata, notSimulated, text } from './parameters.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { given } from './updates.ts';

const webhookEndpoints: Resource<WebhookEndpoint> = {
  path: '/v1/webhook_endpoints',
  kind: 'webhook_endpoint',
  label: 'webhook endpoint',
  objects: (account) => account.webhookEndpoints,
};
const { path, kind } = webhookEndpoints;

const MAX_ENDPOINTS = 16;

const both = {
  description: clearable().optional(),
  enabled_events: list(text()).optional(),
  metadata: metadata().optional(),
};

const createParameters = z.strictObject({
  ...both,
  api_version: text().optional(),
  enabled_events: list(text()),
  url: text(),
  ...notSimulated('connect'),
});

const updateParameters = z.strictObject({ ...both, disabled: boolean().optional(), url: text().optional() });

/** The secret is shown once, in the answer to the creation. */
export const webhookEndpointRoutes = [
  route('POST', path, kind, createParameters, ({ account }, parameters) => {
    const { api_version = null, description = null, enabled_events, url } = parameters;
    if (account.webhookEndpoints.newestFirst().length >= MAX_ENDPOINTS) {
      throw invalidRequest(`You have reached the maximum of ${MAX_ENDPOINTS} test webhook endpoints.`);
    }
    const endpoint = account.webhookEndpoints.add({
      id: createId('we'),
      object: 'webhook_endpoint',
      api_version,
      application: null,
      created: account.now(),
      description,
      enabled_events,
      livemode: false,
      metadata: mergeMetadata({}, parameters.metadata),
      status: 'enabled',
      url: requireLoopback(url),
    });
    const secret = `whsec_${randomText(32)}`;
    account.endpointSecrets.set(endpoint.id, secret);
    return { ...endpoint, secret };
  }),

  retrieveRoute(webhookEndpoints),
  listRoute(webhookEndpoints, {}, () => true),

  route('POST', `${path}/:id`, kind, updateParameters, ({ account }, parameters, id) => {
    const endpoint = fetchObject(webhookEndpoints, account, id);
    const { disabled, metadata: update, url, ...fields } = parameters;
    Object.assign(endpoint, given(fields), { metadata: mergeMetadata(endpoint.metadata, update) });
    if (url !== undefined) endpoint.url = requireLoopback(url);
    if (disabled !== undefined) endpoint.status = disabled ? 'disabled' : 'enabled';
    return endpoint;
  }),

  route('DELETE', `${path}/:id`, kind, z.strictObject({}), ({ account }, _parameters, id) => {
    fetchObject(webhookEndpoints, account, id);
    account.webhookEndpoints.delete(id);
    account.endpointSecrets.delete(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];

/** Where an event goes: the endpoints that are enabled and asked for its type. */
export function endpointsOf(account: Account, { type }: StripeEvent): { url: string; secret: string }[] {
  return account.webhookEndpoints
    .newestFirst(
      ({ status, enabled_events }) => status === 'enabled' && enabled_events.some((one) => one === '*' || one === type),
    )
    .map(({ id, url }) => ({ url, secret: account.endpointSecrets.get(id) ?? '' }));
}

/** Unlike Stripe, which delivers to public addresses alone, the simulator delivers on this machine alone. */
function requireLoopback(url: string): string {
  try {
    parseTargetUrl(url);
    return url;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const message = `Invalid URL: ${thrown.message} The simulator delivers to http addresses on this machine.`;
    throw invalidRequest(message, { code: 'url_invalid', param: 'url' });
  }
}
