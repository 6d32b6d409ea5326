/** Writes everything that is generated: tables in README.md and docs/, and the tool list that clients are given. With --check, only compares. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { prompts } from '../src/prompts/registry.ts';
import { allRules } from '../src/repository/check/check-source.ts';
import { resources } from '../src/resources/registry.ts';
import { SETTINGS } from '../src/settings.ts';
import { tools } from '../src/tools/registry.ts';
import { TOOLSET_MEMBERS } from '../src/tools/toolsets.ts';
import { describeTool } from './describe-tool.ts';
import { marketplace, plugin, pluginLock, pluginPackage, pluginServers, registryEntry } from './manifests.ts';
import { table } from './markdown-table.ts';
import { errorsPage, eventsPage } from './reference-pages.ts';
import { stripeOperationRows } from './simulator-tables.ts';
import { CAUSE_HEADER, causeRows, SCHEME_HEADER, schemeRows } from './webhook-tables.ts';

const check = process.argv.includes('--check');
const stale: string[] = [];

function write(path: string, content: string): void {
  const present = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (present === content) return;
  if (check) stale.push(path);
  else writeFileSync(path, content);
}

function writeJson(path: string, value: unknown): void {
  write(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Replaces what stands between `<!-- gen:NAME -->` and `<!-- /gen:NAME -->`. */
function fill(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- gen:${name} -->`, `<!-- /gen:${name} -->`];
  const [start, end] = [document.indexOf(open), document.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`The markers of ${name} are missing`);
  return `${document.slice(0, start + open.length)}\n${content}\n${document.slice(end)}`;
}

const firstSentence = (text: string) => text.split(/(?<=\.)\s/, 1)[0] ?? text;

const toolTable = table(
  ['tool', 'effect', 'what it does'],
  tools.map(({ name, effect, idempotent, description }) => [
    `\`${name}\``,
    effect === 'read' || !idempotent ? effect : `${effect}, idempotent`,
    firstSentence(description),
  ]),
);
const resourceTable = table(
  ['resource', 'what it holds'],
  resources.map(({ uriTemplate, description }) => [`\`${uriTemplate}\``, description]),
);
const promptTable = table(
  ['prompt', 'what it does', 'arguments'],
  prompts.map(({ name, description, arguments: given }) => [
    `\`${name}\``,
    description,
    given.map((argument) => `\`${argument.name}${argument.required ? '' : '?'}\``).join(', '),
  ]),
);
const settingTable = table(
  ['variable', 'default', 'what it sets'],
  SETTINGS.map(({ name, default: preset, description }) => [`\`${name}\``, preset, description]),
);

let readme = readFileSync('README.md', 'utf8');
readme = fill(readme, 'tools', toolTable);
readme = fill(readme, 'resources', resourceTable);
readme = fill(readme, 'prompts', promptTable);
readme = fill(readme, 'settings', settingTable);
write('README.md', readme);

const asCode = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');
const toolsetTable = table(
  ['set', 'tools that change nothing', 'other tools', 'resources', 'prompts'],
  Object.entries(TOOLSET_MEMBERS).map(([toolset, { reads, writes, resources: names, prompts: ways }]) => [
    `\`${toolset}\``,
    asCode(reads),
    asCode(writes),
    asCode(resources.filter(({ name }) => names.includes(name)).map(({ uriTemplate }) => uriTemplate)),
    asCode(ways),
  ]),
);
write('docs/install.md', fill(readFileSync('docs/install.md', 'utf8'), 'toolsets', toolsetTable));

let webhooks = readFileSync('docs/webhooks.md', 'utf8');
webhooks = fill(webhooks, 'schemes', table(SCHEME_HEADER, schemeRows()));
webhooks = fill(webhooks, 'causes', table(CAUSE_HEADER, causeRows()));
write('docs/webhooks.md', webhooks);

const ruleTable = table(
  ['rule', 'severity', 'what it finds', 'why it matters', 'what to do'],
  allRules.map(({ id, severity, title, why, fix }) => [`\`${id}\``, severity, title, why, fix]),
);
write('docs/check.md', fill(readFileSync('docs/check.md', 'utf8'), 'rules', ruleTable));
const simulator = readFileSync('docs/simulator.md', 'utf8');
const operations = table(['resource', 'operations'], stripeOperationRows());
write('docs/simulator.md', fill(simulator, 'stripe-operations', operations));

write('docs/errors.md', errorsPage());
write('docs/events.md', eventsPage());

writeJson('src/tools/tool-list.json', tools.map(describeTool));
writeJson('.claude-plugin/marketplace.json', marketplace);
writeJson('plugin/.claude-plugin/plugin.json', plugin);
writeJson('plugin/.mcp.json', pluginServers);
writeJson('plugin/package.json', pluginPackage);
writeJson('plugin/package-lock.json', pluginLock);
writeJson('server.json', registryEntry);

if (stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run "npm run gen" and review the change.`);
  process.exitCode = 1;
}
