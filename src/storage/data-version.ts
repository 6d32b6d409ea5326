import { existsSync } from 'node:fs';
import type { Sqlite } from './sqlite.ts';

/** Changes with every commit by any process: what one of the two connections wrote, the other one sees. Never makes the file. */
export async function dataVersion(sqlite: Sqlite, path: string): Promise<string> {
  if (!existsSync(path)) return '';
  const [hot, ledger] = await Promise.all([sqlite.hot(), sqlite.ledger()]);
  return `${hot.dataVersion()} ${ledger.dataVersion()}`;
}
