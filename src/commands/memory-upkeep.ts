import type { CommandResult } from './command.ts';
import { resultOf } from './command.ts';
import type { Host } from './host.ts';
import { formatBytes, indent, plural } from './style.ts';

export async function showStats(host: Host): Promise<CommandResult> {
  const archive = await host.archive();
  return resultOf(await archive.stats(), ({ workspaces, versions, links, expired, bytes }) => {
    const lines = workspaces.map(
      ({ workspace, memories, superseded, agents, oldest, newest }) =>
        `  ${workspace}: ${memories} memories by ${plural(agents, 'agent')}, ${superseded} superseded, ${day(oldest)} to ${day(newest)}`,
    );
    const sums = `${plural(versions, 'earlier version')}, ${plural(links, 'link')}, ${expired} expired; the database has ${formatBytes(bytes)}`;
    return [...lines, sums].join('\n');
  });
}

export async function showSimilar(
  host: Host,
  { workspace, similarity }: { workspace: string; similarity: number },
): Promise<CommandResult> {
  const archive = await host.archive();
  const groups = await archive.similar(workspace, similarity);
  return resultOf({ workspace, groups }, (shown) => {
    if (shown.groups.length === 0) return 'No memories nearly say the same.';
    const lines = shown.groups.flatMap((group) => [
      `${group.similarity.toFixed(2)} alike:`,
      ...group.memories.map(({ id, agent, summary }) => indent(`${id} (${agent}) ${summary.replaceAll(/\s+/g, ' ')}`)),
    ]);
    const advice = 'Nothing was changed. Keep one of each group: update_memory it, and delete_memory the others.';
    return [...lines, advice].join('\n');
  });
}

export async function vacuum(host: Host): Promise<CommandResult> {
  const archive = await host.archive();
  const { expired, overLimit } = await archive.maintain(host.settings().memoryLimit);
  host.report(`${expired} expired and ${overLimit} over the limit deleted; giving space back…\n`);
  const { before, after } = await archive.vacuum();
  return resultOf(
    { expired, over_limit: overLimit, bytes_before: before, bytes_after: after },
    () => `The database went from ${formatBytes(before)} to ${formatBytes(after)}.`,
  );
}

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
