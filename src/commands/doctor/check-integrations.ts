import { existsSync } from 'node:fs';
import type { IntegrationReport } from '../../integrations/integration-report.ts';
import type { IntegrationListing } from '../../integrations/integrations.ts';
import type { Host } from '../host.ts';
import type { Finding } from './finding.ts';

/** Nothing is opened that is not there: looking must not make a database. */
export async function readIntegrations(host: Host): Promise<IntegrationListing> {
  const { databasePath, workspace } = host.settings();
  if (!existsSync(databasePath)) return { reports: [], broken: [] };
  const { deps } = await host.app();
  return deps.integrations.list(workspace);
}

/** @param given variables that clients give the server themselves */
export async function checkIntegrations(host: Host, given: ReadonlySet<string>): Promise<Finding[]> {
  const { reports, broken } = await readIntegrations(host);
  const findings = [
    ...reports.flatMap((report) => checkOne(report, given)),
    ...broken.map(
      ({ name, problems }): Finding => ({
        area: 'integrations',
        level: 'broken',
        what: `${name} is disabled: ${problems.join('; ')}`,
        fix: 'Have an agent save it again with configure_integration, or remove it (remove: true).',
      }),
    ),
  ];
  const none: Finding = {
    area: 'integrations',
    level: 'ok',
    what: 'none in this project yet; an agent makes one with configure_integration',
  };
  return [...(findings.length === 0 ? [none] : findings), checkConsent(reports, host.settings().allowLive)];
}

function checkOne(
  { integration, secrets, missing, warnings }: IntegrationReport,
  given: ReadonlySet<string>,
): Finding[] {
  const { name, config } = integration;
  const finding = (level: Finding['level'], what: string, fix?: string): Finding => ({
    area: 'integrations',
    level,
    what: `${name}: ${what}`,
    fix,
  });
  const settings = missing.filter((what) => what.startsWith('settings.'));
  const unset = missing.filter((what) => !what.startsWith('settings.') && !given.has(what));
  const problems = [
    ...unset.map((variable) =>
      finding(
        'broken',
        `${variable} is not set here`,
        `Set ${variable} where the client starts the server: in its shell, or as "env" of the server in .mcp.json.`,
      ),
    ),
    ...settings.map((setting) =>
      finding('broken', `${setting} is missing`, 'Have an agent give it with configure_integration.'),
    ),
    ...warnings.map((warning) => finding('warn', warning, fixOf(warning))),
  ];
  if (problems.length > 0) return problems;
  const keys = secrets
    .filter(({ set }) => set)
    .map(({ variable, fingerprint }) => `${variable} ${fingerprint ?? 'set'}`);
  return [finding('ok', [`${config.service}, ${config.mode} mode`, ...keys].join(', '))];
}

function fixOf(warning: string): string {
  if (warning.startsWith('Live mode'))
    return 'Set BREAKWATER_ALLOW_LIVE=1 for the server if live calls are meant; otherwise go back to mode test.';
  if (warning.startsWith('Uses the live key'))
    return 'Give one of them a key of its own, or remove it (configure_integration with remove: true).';
  return 'Put the right value into the variable, or change the mode with configure_integration.';
}

function checkConsent(reports: readonly IntegrationReport[], allowLive: boolean): Finding {
  const live = reports
    .filter(({ integration }) => integration.config.mode === 'live')
    .map(({ integration }) => integration.name);
  const finding = (level: Finding['level'], what: string, fix?: string): Finding => ({
    area: 'live mode',
    level,
    what,
    fix,
  });
  if (!allowLive) return finding('ok', 'locked: no live call leaves (BREAKWATER_ALLOW_LIVE is not set here)');
  if (live.length > 0) return finding('ok', `consent given, for ${live.join(', ')}; every live write still asks`);
  return finding(
    'warn',
    'consent is given, but nothing is configured for live mode',
    'Unset BREAKWATER_ALLOW_LIVE until it is needed.',
  );
}
