// Bundles the server, and what other packages import. better-sqlite3 stays outside: it holds a native library.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundledPackages, noticesOf } from './licences.mjs';

/**
 * An `import` of node:http evaluates every name that it exports, `WebSocket` among them, which loads all of undici: 14 MB and 35 ms of CPU at
 * every start. Taken as an object, it loads what is used.
 */
const builtinsAsObjects = {
  name: 'builtins-as-objects',
  setup(bundle) {
    bundle.onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({
      path: path.replace(/^(node:)?/, 'node:'),
      namespace: 'builtin-object',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'builtin-object' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
const { metafile: server } = await build({
  // Threads are started from a file of their own.
  entryPoints: {
    main: 'src/main.ts',
    'checkpoint-worker': 'src/storage/checkpoint-worker.ts',
    'file-worker': 'src/storage/file-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node22.14',
  format: 'esm',
  external: ['better-sqlite3'],
  plugins: [builtinsAsObjects],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
  legalComments: 'linked',
  metafile: true,
});

// The page of the dashboard: what browsers load, read from disk when it is served.
await build({
  entryPoints: [
    { in: 'src/dashboard/page/main.tsx', out: 'page' },
    { in: 'src/dashboard/page/styles/index.css', out: 'page' },
  ],
  outdir: 'dist/dashboard',
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
  legalComments: 'linked',
});
for (const name of ['index.html', 'icon.svg']) cpSync(`src/dashboard/page/${name}`, `dist/dashboard/${name}`);

// What test suites import. msw 3 is an ES module, so only the simulators have a form for CommonJS.
const exported = {
  entryPoints: ['src/exports/simulator.ts', 'src/exports/mocks.ts'],
  bundle: true,
  platform: 'node',
  target: 'node22.14',
  minify: true,
  external: ['msw'],
  logLevel: 'warning',
  metafile: true,
};
const { metafile: simulators } = await build({ ...exported, outdir: 'dist/exports', format: 'esm', splitting: true });
await build({ ...exported, entryPoints: ['src/exports/simulator.ts'], outdir: 'dist/cjs', format: 'cjs' });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'scripts/tsconfig.exports.json'], {
  stdio: 'inherit',
});
keepReachable(['dist/types/exports/simulator.d.ts', 'dist/types/exports/mocks.d.ts']);
cpSync('dist/types', 'dist/cjs/types', { recursive: true });
// Below a folder that says so, the same declarations describe CommonJS.
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', noticesOf(bundledPackages([server, simulators])));

/** Removes the declarations that no exported type leads to: the compiler writes one for every file it has seen. */
function keepReachable(entries) {
  const reached = new Set();
  const follow = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    const imports = readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)\.ts'/g);
    for (const [, target] of imports) follow(resolve(dirname(path), `${target}.d.ts`));
  };
  for (const entry of entries) follow(resolve(entry));
  for (const name of readdirSync('dist/types', { recursive: true })) {
    const path = resolve(join('dist/types', name));
    if (name.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
}
