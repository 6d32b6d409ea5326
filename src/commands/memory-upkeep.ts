import type { CommandContext, CommandOptions, CommandResult } from './memory.ts';

export async function showStats({ archive }: CommandContext): Promise<CommandResult> {
  const stats = await archive.stats();
  const workspaces = stats.workspaces.map(
    ({ workspace, memories, superseded, agents, oldest, newest }) =>
      `  ${workspace}: ${memories} memories by ${agents} agents, ${superseded} superseded, ${day(oldest)} to ${day(newest)}`,
  );
  const { versions, links, expired, bytes } = stats;
  const sums = `${versions} earlier versions, ${links} links, ${expired} expired; the database has ${megabytes(bytes)}`;
  return { data: stats, text: [...workspaces, sums].join('\n') };
}

export async function showSimilar(
  { archive }: CommandContext,
  { workspace, similarity }: CommandOptions,
): Promise<CommandResult> {
  const groups = await archive.similar(workspace, similarity);
  const lines = groups.flatMap((group) => [
    `${group.similarity.toFixed(2)} alike:`,
    ...group.memories.map(({ id, agent, summary }) => `  ${id} (${agent}) ${summary.replaceAll(/\s+/g, ' ')}`),
  ]);
  const advice = 'Nothing was changed. Keep one of each group: update_memory it, and delete_memory the others.';
  return {
    data: { workspace, groups },
    text: groups.length === 0 ? 'No memories nearly say the same.' : [...lines, advice].join('\n'),
  };
}

export async function vacuum({ archive, memoryLimit, report }: CommandContext): Promise<CommandResult> {
  const { expired, overLimit } = await archive.maintain(memoryLimit);
  report(`${expired} expired and ${overLimit} over the limit deleted; giving space back…\n`);
  const { before, after } = await archive.vacuum();
  return {
    data: { expired, over_limit: overLimit, bytes_before: before, bytes_after: after },
    text: `The database went from ${megabytes(before)} to ${megabytes(after)}.`,
  };
}

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
