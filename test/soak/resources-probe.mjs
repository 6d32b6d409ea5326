// Loaded into a server by NODE_OPTIONS=--import. On SIGUSR2 it writes to the file in SOAK_PROBE what keeps the process busy, how many
// timers it has, and how much memory after a collection.
import { createHook } from 'node:async_hooks';
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Also those that `unref` hides from `getActiveResourcesInfo`. */
const timers = new Set();
createHook({
  trackPromises: false,
  init(id, type) {
    if (type === 'Timeout') timers.add(id);
  },
  destroy(id) {
    timers.delete(id);
  },
}).enable();

process.on('SIGUSR2', () => {
  const file = process.env['SOAK_PROBE'];
  if (file === undefined) return;
  collect();
  const resources = { timers: timers.size };
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage();
  writeFileSync(`${file}.new`, JSON.stringify({ resources, heapBytes, externalBytes }));
  renameSync(`${file}.new`, file);
});
