import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { formatRecord } from '../memory/archive-format.ts';
import type { CommandResult } from './command.ts';
import { resultOf } from './command.ts';
import type { Host } from './host.ts';
import { Progress } from './progress.ts';

export interface ExportOptions {
  file: string;
  workspace: string;
  all: boolean;
}

/** To a file, whole or not at all; or to standard output (`-`), which then has the lines and no result. */
export async function exportMemories(host: Host, options: ExportOptions): Promise<CommandResult | undefined> {
  const { file } = options;
  if (file === '-') {
    await writeRecords(host, options, host.write);
    return undefined;
  }
  // A file of its own: a link or another export's file under a known name would be written to.
  const partial = `${file}.${randomUUID()}.partial`;
  // Memories are private: only their owner may read the file.
  const handle = await open(partial, 'wx', 0o600);
  try {
    const exported = await writeRecords(host, options, (text) => append(handle, text));
    await handle.sync();
    await handle.close();
    await rename(partial, file);
    return resultOf({ exported, file }, (shown) => `${exported} records written to ${shown.file}`);
  } catch (thrown) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw thrown;
  }
}

async function writeRecords(
  host: Host,
  { all, workspace }: ExportOptions,
  write: (text: string) => Promise<void>,
): Promise<number> {
  const archive = await host.archive();
  const scope = all ? undefined : workspace;
  const total = await archive.size(scope);
  const progress = new Progress('exported', host.report);
  let exported = 0;
  try {
    for await (const records of archive.export(scope)) {
      await write(records.map((record) => `${formatRecord(record)}\n`).join(''));
      exported += records.length;
      progress.update(exported, exported / Math.max(1, total));
    }
  } finally {
    progress.end();
  }
  return exported;
}

async function append(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
}
