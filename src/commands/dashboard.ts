import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { addCommand, examples, wholeNumber } from './command.ts';
import type { Host } from './host.ts';

interface DashboardOptions {
  port: number;
  open: boolean;
  json?: boolean;
}

export function addDashboard(program: Command, context: CommandContext): void {
  const command = addCommand(program, 'dashboard', context, async (options: DashboardOptions) => {
    await showDashboard(context.host, options);
    return undefined;
  });
  command
    .description('show this workspace as a live page in the browser until Ctrl-C')
    .option('--port <number>', 'default: a free one', wholeNumber(0, 65_535), 0)
    .option('--no-open', 'only print the link; it works once')
    .addHelpText('after', examples('dashboard', 'dashboard --port 4700 --no-open'));
}

async function showDashboard(host: Host, { port, open, json = false }: DashboardOptions): Promise<void> {
  const { workspace, sessionId, agent } = host.settings();
  const ended = host.ended();
  const [{ deps }, { openDashboard }, { openBrowser }] = await Promise.all([
    host.app(),
    import('../dashboard/dashboard.ts'),
    import('../dashboard/open-browser.ts'),
  ]);
  const caller = { workspace, agent: agent || 'dashboard', sessionId };
  // Beside the bundle that this is a part of.
  const pageFolder = fileURLToPath(new URL('dashboard', import.meta.url));
  const { redactor, log } = host;
  const { url, close } = await openDashboard({ deps, caller, redactor, log, pageFolder, port });
  try {
    await host.write(json ? `${JSON.stringify({ url })}\n` : `${url}\nThis link works once (Ctrl-C ends)\n`);
    if (open) openBrowser(url);
    await ended;
  } finally {
    // Also where nobody reads the link any more: the server would keep the process, which no longer ends at a signal.
    await close();
  }
}
