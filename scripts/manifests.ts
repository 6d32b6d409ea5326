/** The manifests by which clients and registries install Breakwater: one version, one list of keys, many forms. */
import packageJson from '../package.json' with { type: 'json' };
import packageLock from '../package-lock.json' with { type: 'json' };
import { catalogue } from '../src/integrations/catalogue.ts';

const {
  name: PACKAGE,
  version: VERSION,
  description: DESCRIPTION,
  mcpName,
  author,
  license,
  keywords,
  engines,
} = packageJson;

/** Where the sources are, as people open it. */
const REPOSITORY = packageJson.repository.url.replace(/^git\+|\.git$/g, '');

/** Plugin and server; tool names carry both: `mcp__plugin_breakwater_breakwater__…`. */
const SERVER = 'breakwater';
const SHORT = 'Calls, payments and webhooks of external services, safe to repeat, with a memory agents share.';

/** Providers whose keys an installer asks for; the others' come from the environment. */
const ASKED_FOR = ['stripe', 'sendgrid', 'github', 'slack'];

interface Key {
  /** Name of the environment variable. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

const WEBHOOK_SECRET = 'Verifies the webhooks that you receive.';

/** What may be asked for: the credentials and webhook secrets of the providers above, under their default names. */
export const KEYS: readonly Key[] = ASKED_FOR.flatMap((service) => {
  const provider = catalogue.get(service);
  if (provider === undefined) throw new Error(`No provider ${service}`);
  const { title, api, webhook } = provider;
  const credentials = (api?.secrets ?? []).map(({ defaultEnv, description }) => ({
    name: defaultEnv,
    title: `${title}: ${defaultEnv}`,
    description: `${description}. Take one of a test account.`,
  }));
  if (webhook === undefined) return credentials;
  const { defaultSecretEnv } = webhook;
  return [
    ...credentials,
    { name: defaultSecretEnv, title: `${title}: ${defaultSecretEnv}`, description: WEBHOOK_SECRET },
  ];
});

/** `user_config` of an MCPB bundle and `userConfig` of a plugin describe an entry alike. */
function userConfig(): Record<string, object> {
  return Object.fromEntries(
    KEYS.map(({ name, title, description }) => [
      name.toLowerCase(),
      { type: 'string', title, description, sensitive: true, required: false },
    ]),
  );
}

/** An environment that hands on what the installer asked for. A key left empty must not hide one of the user's own environment. */
function environment(prefix: string): Record<string, string> {
  return Object.fromEntries(KEYS.map(({ name }) => [`${prefix}${name}`, `\${user_config.${name.toLowerCase()}}`]));
}

/** https://code.claude.com/docs/en/plugins-reference */
export const plugin = {
  $schema: 'https://json.schemastore.org/claude-code-plugin-manifest.json',
  name: SERVER,
  displayName: 'Breakwater',
  version: VERSION,
  description: DESCRIPTION,
  author: { name: author },
  license,
  homepage: packageJson.homepage,
  repository: REPOSITORY,
  keywords,
  userConfig: userConfig(),
};

/** The plugin's server is its npm dependency: installed with the plugin, started without a registry. */
export const pluginServers = {
  mcpServers: {
    [SERVER]: {
      command: 'node',
      args: [`\${CLAUDE_PLUGIN_ROOT}/node_modules/${PACKAGE}/bin/breakwater.mjs`],
      env: environment('CLAUDE_PLUGIN_OPTION_'),
    },
  },
};

export const pluginPackage = {
  name: `${PACKAGE}-plugin`,
  version: VERSION,
  private: true,
  description: 'What the plugin of Claude Code runs.',
  license,
  dependencies: { [PACKAGE]: VERSION },
};

/**
 * Claude Code installs a plugin's packages only by a lockfile, with `npm ci --ignore-scripts`. Ours has the versions that we test with; our
 * own package is without a checksum, because it would have to be published before.
 */
export const pluginLock = {
  name: pluginPackage.name,
  version: VERSION,
  lockfileVersion: packageLock.lockfileVersion,
  requires: true,
  packages: {
    '': pluginPackage,
    [`node_modules/${PACKAGE}`]: { ...runtimePart(packageLock.packages['']), version: VERSION },
    ...lockedPackages(Object.keys(packageJson.dependencies)),
  },
};

/** What npm compares of an entry. */
function runtimePart({
  license,
  dependencies,
  bin,
  engines,
  peerDependencies,
  peerDependenciesMeta,
}: LockedPackage): object {
  return { license, dependencies, bin, engines, peerDependencies, peerDependenciesMeta };
}

interface LockedPackage {
  license?: string;
  dependencies?: Readonly<Record<string, string>>;
  bin?: object;
  engines?: object;
  peerDependencies?: object;
  peerDependenciesMeta?: object;
}

/** The entries of our lockfile for these packages and what they need. */
function lockedPackages(names: readonly string[]): Record<string, LockedPackage> {
  const all: Readonly<Record<string, LockedPackage>> = packageLock.packages;
  const entries = names.flatMap((name): [string, LockedPackage][] => {
    const path = `node_modules/${name}`;
    const entry = all[path];
    if (entry === undefined) throw new Error(`${name} is not in package-lock.json`);
    return [[path, entry], ...Object.entries(lockedPackages(Object.keys(entry.dependencies ?? {})))];
  });
  return Object.fromEntries(entries);
}

export const marketplace = {
  $schema: 'https://json.schemastore.org/claude-code-marketplace.json',
  name: SERVER,
  owner: { name: author },
  description: SHORT,
  plugins: [
    { name: SERVER, source: './plugin', description: SHORT, version: VERSION, license, category: 'development' },
  ],
};

/** https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/generic-server-json.md */
export const registryEntry = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: mcpName,
  title: 'Breakwater',
  description: SHORT,
  repository: { url: REPOSITORY, source: 'github' },
  version: VERSION,
  packages: [
    {
      registryType: 'npm',
      identifier: PACKAGE,
      version: VERSION,
      runtimeHint: 'npx',
      transport: { type: 'stdio' },
      environmentVariables: KEYS.map(({ name, description }) => ({
        name,
        description,
        isRequired: false,
        isSecret: true,
        format: 'string',
      })),
    },
  ],
};

/** https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md */
export function bundleManifest(tools: readonly { name: string; title: string }[]): object {
  return {
    manifest_version: '0.3',
    name: PACKAGE,
    display_name: 'Breakwater',
    version: VERSION,
    description: SHORT,
    long_description: DESCRIPTION,
    author: { name: author },
    license,
    repository: { type: 'git', url: REPOSITORY },
    homepage: packageJson.homepage,
    keywords,
    icon: 'icon.png',
    server: {
      type: 'node',
      entry_point: 'bin/breakwater.mjs',
      mcp_config: { command: 'node', args: [`\${__dirname}/bin/breakwater.mjs`], env: environment('') },
    },
    tools: tools.map(({ name, title }) => ({ name, description: title })),
    compatibility: { platforms: ['darwin', 'linux', 'win32'], runtimes: { node: engines.node } },
    user_config: userConfig(),
  };
}
