import { AppError } from '../../core/errors.ts';
import { parseLoopbackUrl } from '../../core/loopback.ts';
import { isEnvName } from '../../core/secrets.ts';
import type { Challenge } from '../challenge.ts';
import type { WebhookScheme } from '../scheme.ts';

/** Where deliveries of a provider arrive, and where they go on to. */
export interface Route {
  readonly workspace: string;
  readonly path: string;
  /** The service, or the name of an integration of the user's own. */
  readonly provider: string;
  /** Name of the variable with the secret; those of the integration by default. */
  readonly secretEnv: string | undefined;
  /** Address of the user's handler, on loopback. */
  readonly forwardTo: string | undefined;
  readonly forwardUnverified: boolean;
  /** What stands before the path in the address that the provider knows; the listener's own origin by default. */
  readonly publicUrl: string | undefined;
}

/** What tells two events of one occurrence: equal texts for the same; undefined where only ids tell. Never throws. */
export type OccurrenceOf = (document: unknown) => string | undefined;

/** What has to be known of a provider to receive from it. */
export interface ReceivedWebhook {
  readonly scheme: WebhookScheme;
  readonly secretNames: readonly string[];
  readonly challenge?: Challenge | undefined;
  readonly occurrence?: OccurrenceOf | undefined;
}

/** The webhooks that a workspace can receive, by provider. */
export type WebhooksOf = (workspace: string) => Promise<ReadonlyMap<string, ReceivedWebhook>>;

/** A route together with what its provider needs. */
export interface ServedRoute extends Route {
  readonly webhook: ReceivedWebhook;
}

const MAX_PATH_LENGTH = 200;
const PATH = /^(?:\/[\w.~-]+)+$/;

/** Throws `invalid_input` or `not_allowed` for a route that cannot be served on `port`. */
function checkRoute(route: Route, port: number): Route {
  const { path, secretEnv, forwardTo, publicUrl } = route;
  const isPath = path.length <= MAX_PATH_LENGTH && PATH.test(path) && !/\/\.\.?(?:\/|$)/.test(path);
  if (!isPath) {
    throw new AppError('invalid_input', 'A route needs a plain path.', {
      hint: 'Use letters, digits, - and _ between slashes, for instance /stripe or /shop/stripe.',
    });
  }
  if (secretEnv !== undefined && !isEnvName(secretEnv)) {
    throw new AppError('invalid_input', 'secret_env must be the name of an environment variable, not a value.', {
      hint: 'Put the secret into the environment of this server and pass the name of its variable.',
    });
  }
  if (publicUrl !== undefined) checkPublicUrl(publicUrl);
  if (forwardTo !== undefined && Number(parseLoopbackUrl(forwardTo, 'forward_to').port || 80) === port) {
    throw new AppError('invalid_input', 'forward_to leads back to the listener.', {
      hint: 'Give the address of your own handler; it listens on another port.',
    });
  }
  return route;
}

function checkPublicUrl(text: string): void {
  const url = URL.parse(text);
  const isPlain = url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return;
  throw new AppError('invalid_input', 'public_url is no http address without query and credentials.', {
    hint: 'Give what stands before the path in the address that you entered at the provider, such as https://abc.ngrok.app.',
  });
}

/** The address of a request as the provider knows it. */
export function publicAddress({ publicUrl }: Route, port: number, pathAndQuery: string): string {
  return `${(publicUrl ?? `http://127.0.0.1:${port}`).replace(/\/$/, '')}${pathAndQuery}`;
}

/** Routes as they are saved. Throws `invalid_input`: a delivery has one path, and a path one route. */
export function checkRoutes(routes: readonly Route[], port: number): Route[] {
  const checked = routes.map((route) => checkRoute(route, port));
  const paths = checked.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice === undefined) return checked;
  throw new AppError('invalid_input', `Two routes have the path ${twice}.`, {
    hint: 'Give each route a path of its own, for instance "/stripe" and "/stripe-eu".',
  });
}
