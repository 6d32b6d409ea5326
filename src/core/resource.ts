import type { Caller } from './tool.ts';

/** One entry of a resource listing. */
export interface ResourceEntry {
  uri: string;
  name: string;
  title?: string;
  description?: string;
}

/** Something an agent can read by address; plain data and functions, free of the SDK. Contents are JSON. */
export interface Resource<Deps = never> {
  name: string;
  title: string;
  description: string;
  /** `scheme://fixed` or `scheme://{variable}`; a variable takes one path segment, percent-encoded. */
  uriTemplate: string;
  /** The addresses that exist now. */
  list(deps: Deps, caller: Caller): Promise<ResourceEntry[]>;
  /** @param variable decoded; '' for a fixed address. Throws `not_found` where there is nothing. */
  read(variable: string, deps: Deps, caller: Caller): Promise<unknown>;
  /**
   * A cheap fingerprint that changes whenever what `read` answers changes, '' where there is nothing: asked twice a second, it tells
   * subscribers of changes by any process. Without it a resource cannot be subscribed to.
   */
  version?(variable: string, deps: Deps, caller: Caller): Promise<string>;
}
