// Preloaded into a process that stands for a server: V8 is set as the launcher sets it, so that its memory is what users see.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

const launcher = readFileSync(new URL('../../bin/breakwater.mjs', import.meta.url), 'utf8');
const [, flags] = /setFlagsFromString\('([^']+)'\)/.exec(launcher) ?? [];
if (flags === undefined) throw new Error('The launcher sets no flags: nothing is to be preloaded');
setFlagsFromString(flags);
