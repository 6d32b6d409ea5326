// Loaded into a server by NODE_OPTIONS=--import. On SIGUSR2 it writes to the file in SOAK_PROBE what keeps the process busy and how much
// it has on its heap after a collection.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  const file = process.env['SOAK_PROBE'];
  if (file === undefined) return;
  collect();
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  writeFileSync(`${file}.new`, JSON.stringify({ resources, heapBytes: process.memoryUsage().heapUsed }));
  renameSync(`${file}.new`, file);
});
