import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { formatRecord } from '../memory/archive-format.ts';
import type { CommandContext, CommandOptions, CommandResult } from './memory.ts';
import { Progress } from './progress.ts';

/** To a file, whole or not at all; or to standard output, which then has the lines and no result. */
export async function exportMemories(
  context: CommandContext,
  options: CommandOptions,
): Promise<CommandResult | undefined> {
  const { file } = options;
  if (file === undefined || file === '-') {
    await writeRecords(context, options, context.write);
    return undefined;
  }
  const partial = `${file}.partial`;
  // Memories are private: only their owner may read the file.
  const handle = await open(partial, 'w', 0o600);
  try {
    const exported = await writeRecords(context, options, (text) => append(handle, text));
    await handle.sync();
    await handle.close();
    await rename(partial, file);
    return { data: { exported, file }, text: `${exported} records written to ${file}` };
  } catch (thrown) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw thrown;
  }
}

async function writeRecords(
  { archive, report }: CommandContext,
  { all, workspace }: CommandOptions,
  write: (text: string) => Promise<void>,
): Promise<number> {
  const scope = all ? undefined : workspace;
  const total = await archive.size(scope);
  const progress = new Progress('exported', report);
  let exported = 0;
  for await (const records of archive.export(scope)) {
    await write(records.map((record) => `${formatRecord(record)}\n`).join(''));
    exported += records.length;
    progress.update(exported, exported / Math.max(1, total));
  }
  return exported;
}

async function append(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
}
