import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { NewMemory } from '../memory/memory.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { includesPath, runCommand } from '../repository/repository.ts';
import type { Blueprint } from '../repository/scaffold/blueprint.ts';
import { PARTS, STORES } from '../repository/scaffold/blueprint.ts';
import type { Action } from '../repository/scaffold/compare.ts';
import { isChange } from '../repository/scaffold/compare.ts';
import type { Scaffolder, ScaffoldResult } from '../repository/scaffold/scaffolder.ts';

const input = z.strictObject({
  service: z.string().max(64).describe('stripe, sendgrid or another of list_integrations'),
  path: z.string().max(4096).optional().describe('Repository in the project folder'),
  parts: z.array(z.enum(PARTS)).min(1).optional().describe('Only these and what they need'),
  store: z.enum(STORES).optional().describe('Default: prisma where found, else sqlite'),
  test_runner: z.enum(['vitest', 'jest']).optional().describe('Default: that of the repository'),
  dry_run: z.boolean().optional().describe('true: only a diff'),
});

const output = z.object({
  path: z.string(),
  package_name: z.string(),
  files: z.record(z.string(), z.unknown()),
  diff: z.string().optional(),
  next_steps: z.array(z.string()),
  memory_id: z.string().optional(),
});

type Deps = { scaffolder: Scaffolder; memory: MemoryStore };

export const scaffoldIntegration = defineTool({
  name: 'scaffold_integration',
  title: 'Generate an integration',
  description:
    'Writes services/integrations/<service>/: client, verified idempotent webhooks, service, Express server, mocks, tests, ' +
    'fitted to the repository. A file changed by hand is never overwritten: the new text goes beside it as .new. A repeat changes nothing. ' +
    'Answers files by action (create, update, remove, conflict, kept; unchanged as a number) and next_steps.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run({ service, path, parts, store, test_runner, dry_run = false }, { scaffolder, memory }: Deps, context) {
    const request = { service, path, parts, store, testRunner: test_runner, isDryRun: dry_run };
    const result = await scaffolder.scaffold(request, context.signal);
    const answer = view(result);
    if (dry_run || !result.files.some(isChange)) return answer;
    // The files are there whatever becomes of the note about them.
    const stored = await memory.store(noteOf(result), context.caller).catch(() => undefined);
    return { ...answer, memory_id: stored?.memory.id };
  },
});

function view({ blueprint, files, diff }: ScaffoldResult): z.input<typeof output> {
  const pathsOf = (action: Action) => files.filter((file) => file.action === action).map(({ path }) => path);
  const shown = (['create', 'update', 'remove', 'conflict', 'kept'] as const).map(
    (action) => [action, pathsOf(action)] as const,
  );
  return {
    path: blueprint.path,
    package_name: blueprint.packageName,
    files: {
      ...Object.fromEntries(shown.filter(([, paths]) => paths.length > 0)),
      unchanged: pathsOf('unchanged').length,
    },
    diff,
    next_steps: nextSteps(
      blueprint,
      pathsOf('conflict').length > 0,
      files.filter(({ action, text }) => action === 'kept' && text === '').map(({ path }) => path),
    ),
  };
}

/** @param obsolete no longer generated, and changed by hand */
function nextSteps(
  { repository, path, parts }: Blueprint,
  hasConflicts: boolean,
  obsolete: readonly string[],
): string[] {
  const { workspaces, packageManager, kind } = repository;
  const run = runCommand(packageManager);
  const isWorkspace = includesPath(workspaces.globs, path);
  const scripts = ['build', 'lint', ...(parts.has('tests') ? ['test:unit'] : [])].map((script) => `${run} ${script}`);
  return [
    ...(kind === 'library' ? ['This is the shared library: integrations belong in its consumers.'] : []),
    ...(hasConflicts ? ['Merge each .new file into the one beside it, then delete it.'] : []),
    ...(obsolete.length > 0 ? [`No longer generated, delete or adapt: ${obsolete.join(', ')}`] : []),
    ...(isWorkspace || workspaces.tool === undefined ? [] : ['Add services/integrations/* to the workspaces.']),
    `${isWorkspace ? '' : `In ${path}: `}${packageManager} install, then ${isWorkspace ? `in ${path} ` : ''}${scripts.join(', ')}`,
    ...(parts.has('webhooks') ? ['Copy .env.example to .env and fill it in.'] : []),
    'configure_integration makes the same service callable here.',
  ];
}

/** What other agents find when they search for earlier work on this service. */
function noteOf({ blueprint, files }: ScaffoldResult): NewMemory {
  const { provider, path, packageName, store, testRunner, parts } = blueprint;
  return {
    content: JSON.stringify({
      agent: 'breakwater',
      action: 'integration_scaffolded',
      service: provider.service,
      path,
      package: packageName,
      parts: [...parts],
      store,
      test_runner: testRunner,
      files: files.length,
      conflicts: files.filter(({ action }) => action === 'conflict').map((file) => file.path),
    }),
    summary: `Integration code for ${provider.title} generated in ${path} (${store} store, ${testRunner})`,
    contextType: 'information',
    category: 'backend',
    tags: ['integration', 'scaffold', provider.service],
    importance: 6,
    isGlobal: false,
  };
}
