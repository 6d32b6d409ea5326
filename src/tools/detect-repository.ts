import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { RepositoryDetector } from '../repository/detect.ts';
import type { Repository } from '../repository/repository.ts';
import { includesPath, placeFor } from '../repository/repository.ts';

const input = z.strictObject({
  path: z.string().max(4096).optional().describe('Folder inside the project'),
});

const output = z.object({
  root: z.string(),
  package_name: z.string().optional(),
  kind: z.string(),
  package_manager: z.string(),
  workspaces: z.record(z.string(), z.unknown()),
  module_type: z.string(),
  typescript: z.record(z.string(), z.unknown()).optional(),
  test_runner: z.string().optional(),
  linter: z.string().optional(),
  framework: z.string().optional(),
  prisma: z.record(z.string(), z.unknown()).optional(),
  integrations: z.array(z.record(z.string(), z.unknown())),
  new_integration: z.record(z.string(), z.unknown()),
  shared_library: z.string().optional(),
});

/** More names would only be cut. */
const MAX_SHOWN = 100;

export const detectRepository = defineTool({
  name: 'detect_repository',
  title: 'Detect what a repository is',
  description:
    'Reads what a repository is before code is written for it: library or consumer, package manager, workspaces, modules, TypeScript, ' +
    'tests, linter, framework, Prisma, existing integrations. Executes nothing. Answers that and new_integration: path, package_name, ' +
    'in_workspaces of one to be written.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run({ path }, { repositories }: { repositories: RepositoryDetector }) {
    return view(await repositories.detect(path));
  },
});

function view(repository: Repository): z.input<typeof output> {
  const { workspaces, typescript } = repository;
  const place = placeFor(repository, '<service>');
  return {
    root: repository.root,
    package_name: repository.packageName,
    kind: repository.kind,
    package_manager: repository.packageManager,
    workspaces: {
      tool: workspaces.tool,
      runner: workspaces.runner,
      globs: workspaces.globs,
      count: workspaces.packages.length,
      packages: workspaces.packages.slice(0, MAX_SHOWN),
    },
    module_type: repository.moduleType,
    typescript: typescript && { version: typescript.version, strict: typescript.isStrict, module: typescript.module },
    test_runner: repository.testRunner,
    linter: repository.linter,
    framework: repository.framework,
    prisma: repository.prisma && { ...repository.prisma },
    integrations: repository.integrations.slice(0, MAX_SHOWN).map(({ name, path }) => ({ package_name: name, path })),
    new_integration: {
      path: place.path,
      package_name: place.packageName,
      in_workspaces: workspaces.tool !== undefined && includesPath(workspaces.globs, placeFor(repository, 'x').path),
    },
    shared_library: repository.library?.name,
  };
}
