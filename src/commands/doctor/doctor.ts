import type { Command } from 'commander';
import { AppError, messageOf } from '../../core/errors.ts';
import type { CommandContext } from '../command.ts';
import { addCommand, examples, resultOf } from '../command.ts';
import type { Host } from '../host.ts';
import type { Style } from '../style.ts';
import { indent, paint, plural } from '../style.ts';
import { checkClients, readClientFiles, variablesOf } from './check-clients.ts';
import { checkDatabase } from './check-database.ts';
import { checkHosts } from './check-hosts.ts';
import { checkIntegrations } from './check-integrations.ts';
import type { Finding } from './finding.ts';

export function addDoctor(program: Command, context: CommandContext): void {
  addCommand(program, 'doctor', context, async ({ online }: { online: boolean }) => {
    const findings = await examine(context.host, online);
    const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
    const summary = { broken: count('broken'), warnings: count('warn') };
    return resultOf({ ...summary, findings }, formatReport, summary.broken > 0);
  })
    .description('find out what is not in order, and how to repair it')
    .option('--online', 'also ask the host of each integration for an answer (without a key)', false)
    .addHelpText('after', examples('doctor', 'doctor --online', 'doctor --json'));
}

async function examine(host: Host, online: boolean): Promise<Finding[]> {
  const runtime: Finding = {
    area: 'runtime',
    level: 'ok',
    what: `Breakwater ${host.version} on Node.js ${process.versions.node}`,
  };
  const [settings] = await attempt('settings', async () => {
    const { workspace } = host.settings();
    return [{ area: 'settings', level: 'ok', what: `this project is the workspace ${workspace}` }];
  });
  // Where the settings cannot be read, nothing that depends on them can be looked at.
  if (settings?.level !== 'ok') return [runtime, ...(settings === undefined ? [] : [settings])];
  const files = await readClientFiles(host);
  const given = variablesOf(files, host);
  const database = await attempt('database', () => checkDatabase(host));
  const isReadable = database.every(({ level }) => level !== 'broken');
  return [
    runtime,
    settings,
    ...database,
    ...(isReadable ? await attempt('integrations', () => checkIntegrations(host, given)) : []),
    ...(isReadable && online ? await attempt('hosts', () => checkHosts(host)) : []),
    ...(await attempt('clients', () => checkClients(files, host))),
  ];
}

/** A check that fails is a finding too. */
async function attempt(area: Finding['area'], check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (thrown) {
    const { hint, details } = thrown instanceof AppError ? thrown : { hint: undefined, details: undefined };
    const file = typeof details?.['file'] === 'string' ? `${details['file']}: ` : '';
    return [{ area, level: 'broken', what: `${file}${messageOf(thrown)}`, fix: hint ?? FIX_OF_LAST_RESORT[area] }];
  }
}

const FIX_OF_LAST_RESORT: Partial<Record<Finding['area'], string>> = {
  settings: 'Correct the variable, or unset it.',
  database: 'Point BREAKWATER_DB at another file and look again.',
};

const MARKS: Readonly<Record<Finding['level'], [string, Style]>> = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  broken: ['✗', 'red'],
};

function formatReport({
  broken,
  warnings,
  findings,
}: {
  broken: number;
  warnings: number;
  findings: readonly Finding[];
}): string {
  const width = Math.max(...findings.map(({ area }) => area.length));
  const lines = findings.map(({ area, level, what, fix }) => {
    const [mark, style] = MARKS[level];
    const line = `${paint(style, mark)} ${area.padEnd(width)}  ${what}`;
    return fix === undefined ? line : `${line}\n${indent(`${paint('green', 'Fix:')} ${fix}`, ' '.repeat(width + 4))}`;
  });
  const nothing = broken + warnings === 0;
  const verdict = nothing ? 'Everything is in order.' : `${broken} broken, ${plural(warnings, 'warning')}.`;
  return [...lines, '', paint(broken > 0 ? 'red' : 'bold', verdict)].join('\n');
}
