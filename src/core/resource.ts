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
  list(deps: Deps): Promise<ResourceEntry[]>;
  /** Throws `not_found` where there is nothing at the address. */
  read(variable: string, deps: Deps): Promise<unknown>;
}
