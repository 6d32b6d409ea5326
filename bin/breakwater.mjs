#!/usr/bin/env node
// Plain JavaScript that runs on any Node.js: finds a runtime that can run the server, or says in one line what is needed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// better-sqlite3 needs version 10 of Node-API: older ones end in native code.
const NEEDED = [22, 14];

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  const recent = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
  return recent && Number(process.versions.napi) >= 10;
}

/** The runtime that the `node` package put beside us, if it is installed with its binary. */
function findPinnedRuntime() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) && binary !== process.execPath ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Runs this script again on another runtime, with the same streams, and ends as it ends. */
function runOn(binary) {
  const child = spawn(binary, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`breakwater: ${binary} could not be started (${error.message})\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}

function refuse() {
  process.stderr.write(
    `breakwater: Node.js ${NEEDED.join('.')} or later is needed, this is ${process.versions.node}. ` +
      'Get it from https://nodejs.org, or with "nvm install 24"; then start again.\n',
  );
  process.exitCode = 1;
}

async function run() {
  const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js');
  if (!existsSync(main)) {
    process.stderr.write('breakwater: not built yet. Run "npm run build" in its folder.\n');
    process.exitCode = 1;
    return;
  }
  const [{ enableCompileCache }, { setFlagsFromString }] = await Promise.all([
    import('node:module'),
    import('node:v8'),
  ]);
  enableCompileCache?.();
  // V8 grows its young generation at the first burst of work and never gives it back. Measured: 5 MB less at rest, 50 MB less after 10,000
  // calls (1.0 times the one-tool server of the bench, otherwise 1.45), no other p99 of one caller, up to 10 % more CPU under sustained load.
  if (process.argv.length === 2) setFlagsFromString('--semi-space-growth-factor=1');
  await import('../dist/main.js');
}

if (isNewEnough(process.versions.node)) {
  // npm scripts begin with this check, so that a missing pin is one clear line there too.
  if (process.argv[2] !== '--check-runtime') await run();
} else {
  const pinned = process.argv[2] === '--check-runtime' ? undefined : findPinnedRuntime();
  if (pinned === undefined) refuse();
  else runOn(pinned);
}
