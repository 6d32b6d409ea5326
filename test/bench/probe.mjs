// Preloaded into a server under measurement. Reports the CPU time at the first answer, in microseconds, and later answers over IPC what the
// bench asks for; `collect` is asked before memory that must not count garbage.
import { writeSync } from 'node:fs';

const write = process.stdout.write.bind(process.stdout);
let answered = false;
// Left in place: a server that kept this function would otherwise report at each of its answers.
process.stdout.write = (...args) => {
  if (!answered) {
    answered = true;
    const { user, system } = process.cpuUsage();
    writeSync(2, `\ncpu=${user + system}\n`);
  }
  return write(...args);
};

process.on('message', (question) => {
  if (question === 'collect') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, rss, heapUsed });
});
// Listening must not keep the server alive.
process.channel?.unref();
