import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { MemoryStore, NewMemory } from '../memory/memory-store.ts';
import type { Repository } from '../repository/repository.ts';
import { includesPath } from '../repository/repository.ts';
import { PARTS, STORES } from '../repository/scaffold/blueprint.ts';
import { isWritten, targetOf } from '../repository/scaffold/compare.ts';
import type { Scaffolder, ScaffoldResult } from '../repository/scaffold/scaffolder.ts';

const input = z.strictObject({
  service: z.string().max(64).describe('stripe, sendgrid or another provider of list_integrations'),
  path: z.string().max(4096).optional().describe('Repository inside the project (default: the project folder)'),
  parts: z.array(z.enum(PARTS)).min(1).optional().describe('Only these, with what they need (default: all)'),
  store: z.enum(STORES).optional().describe('Of events and requests (default: prisma where found, else sqlite)'),
  test_runner: z.enum(['vitest', 'jest']).optional().describe('Default: the one the repository uses'),
  dry_run: z.boolean().optional().describe('true writes nothing and shows a diff'),
});

const output = z.object({
  path: z.string(),
  package_name: z.string(),
  store: z.string(),
  test_runner: z.string(),
  written: z.array(z.string()),
  unchanged: z.number(),
  kept: z.array(z.string()),
  conflicts: z.array(z.string()),
  diff: z.string().optional(),
  diff_omitted: z.number().optional(),
  next_steps: z.array(z.string()),
  memory_id: z.string().optional(),
});

type Deps = { scaffolder: Scaffolder; memory: MemoryStore };

export const scaffoldIntegration = defineTool({
  name: 'scaffold_integration',
  title: 'Generate an integration',
  description:
    'Writes services/integrations/<service>/ into the repository: resilient client, verified and idempotent webhooks, service, Express ' +
    'server, mocks, tests, README, fitted to its package manager, modules, test runner and store. Never overwrites a file that was changed ' +
    'by hand: the new text goes beside it as .new (conflicts). A repeat changes nothing. Answers what was written, kept and in conflict, and ' +
    'next_steps; with dry_run a diff.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run({ service, path, parts, store, test_runner, dry_run = false }, { scaffolder, memory }: Deps, context) {
    const request = { service, path, parts, store, testRunner: test_runner, isDryRun: dry_run };
    const result = await scaffolder.scaffold(request, context.signal);
    const answer = view(result);
    if (dry_run || answer.written.length === 0) return answer;
    // The files are there whatever becomes of the note about them.
    const stored = await memory.store(noteOf(result), context.caller).catch(() => undefined);
    return { ...answer, memory_id: stored?.memory.id };
  },
});

function view({ blueprint, files, diff }: ScaffoldResult): z.input<typeof output> {
  const pathsOf = (action: string) => files.filter((file) => file.action === action).map(({ path }) => path);
  return {
    path: blueprint.path,
    package_name: blueprint.packageName,
    store: blueprint.store,
    test_runner: blueprint.testRunner,
    written: diff === undefined ? files.filter(isWritten).map(targetOf) : [],
    unchanged: pathsOf('unchanged').length,
    kept: pathsOf('kept'),
    conflicts: pathsOf('conflict'),
    diff: diff?.text,
    diff_omitted: diff?.omitted,
    next_steps: nextSteps(blueprint.repository, blueprint.path, pathsOf('conflict').length > 0),
  };
}

function nextSteps({ workspaces, packageManager, kind }: Repository, path: string, hasConflicts: boolean): string[] {
  const run = packageManager === 'npm' ? 'npm run' : packageManager;
  const isListed = workspaces.tool !== undefined && includesPath(workspaces.globs, path);
  return [
    ...(kind === 'library' ? ['This is the shared library: integrations belong in its consumers.'] : []),
    ...(hasConflicts ? ['Merge each .new file into the one beside it, then delete it.'] : []),
    ...(isListed || workspaces.tool === undefined ? [] : ['Add services/integrations/* to the workspaces.']),
    `${packageManager} install, then in ${path}: ${run} build, ${run} lint, ${run} test:unit`,
    'Copy .env.example to .env and fill it in; configure_integration makes the same service callable here.',
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
