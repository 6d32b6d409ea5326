import { AppError } from '../../core/errors.ts';
import type { Provider } from '../../integrations/provider.ts';
import type { Linter, Repository, TestRunner } from '../repository.ts';
import { placeFor } from '../repository.ts';

export const PARTS = ['client', 'webhooks', 'service', 'middleware', 'mocks', 'tests'] as const;
export type Part = (typeof PARTS)[number];

export const STORES = ['prisma', 'sqlite', 'memory'] as const;
export type Store = (typeof STORES)[number];

/** What the caller may choose; the repository decides the rest. */
export interface ScaffoldChoice {
  readonly parts?: readonly Part[] | undefined;
  readonly store?: Store | undefined;
  readonly testRunner?: TestRunner | undefined;
}

/** Everything that decides what is written, and nothing else: the same blueprint makes the same files. */
export interface Blueprint {
  readonly provider: Provider;
  readonly repository: Repository;
  /** Relative to the repository. */
  readonly path: string;
  readonly packageName: string;
  /** Closed: with a part come those it needs. */
  readonly parts: ReadonlySet<Part>;
  readonly store: Store;
  readonly testRunner: TestRunner;
  readonly linter: Linter;
}

/** What a part cannot do without. Tests run against the whole. */
const NEEDS: Readonly<Record<Part, readonly Part[]>> = {
  client: [],
  service: ['client'],
  middleware: ['webhooks'],
  webhooks: ['middleware'],
  mocks: ['client', 'service', 'webhooks', 'middleware'],
  tests: ['mocks', 'client', 'service', 'webhooks', 'middleware'],
};

export function usesPostgres({ store, repository }: Blueprint): boolean {
  return store === 'prisma' && repository.prisma?.provider === 'postgresql';
}

const PRISMA_PROVIDERS = ['sqlite', 'postgresql'];

export function createBlueprint(provider: Provider, repository: Repository, choice: ScaffoldChoice): Blueprint {
  const parts = new Set((choice.parts ?? PARTS).flatMap((part) => [part, ...NEEDS[part]]));
  if (parts.has('webhooks')) requireScheme(provider);
  return {
    provider,
    repository,
    ...placeFor(repository, provider.service),
    parts,
    store: chooseStore(repository, choice.store),
    testRunner: choice.testRunner ?? repository.testRunner ?? 'vitest',
    linter: repository.linter ?? 'eslint',
  };
}

function requireScheme({ title, webhook }: Provider): void {
  const isVerifiable = webhook?.scheme?.signatures.every(({ algorithm }) => algorithm !== 'rsa-sha256');
  if (isVerifiable) return;
  const why = webhook?.scheme === undefined ? 'has no webhook scheme in the catalogue' : 'signs with a certificate';
  throw new AppError('invalid_input', `${title} ${why}: its webhooks cannot be generated.`, {
    hint: 'Generate the rest with parts: ["client", "service"].',
  });
}

function chooseStore({ prisma }: Repository, asked: Store | undefined): Store {
  const provider = prisma?.provider ?? 'sqlite';
  if (PRISMA_PROVIDERS.includes(provider)) return asked ?? (prisma === undefined ? 'sqlite' : 'prisma');
  if (asked !== 'prisma') return asked ?? 'sqlite';
  throw new AppError('invalid_input', `The Prisma store is generated for SQLite and PostgreSQL, not for ${provider}.`, {
    hint: 'Use store: "sqlite" or "memory", and write an adapter of src/store/store.ts that passes tests/store.test.ts.',
  });
}
