import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../core/errors.ts';

export const DASHBOARD_USAGE = `  breakwater dashboard                 show this workspace as a live page in the browser until Ctrl-C
    --port NUMBER            default: a free one
    --no-open                only print the link; it works once
    --json                   the link as one line of JSON
`;

export interface DashboardContext {
  /** Serves the page on a port, 0 for a free one. */
  open(port: number): Promise<{ url: string; close(): Promise<void> }>;
  /** Shows an address to the user. */
  browse(url: string): void;
  /** Standard output: resolves when the text is written. */
  write(text: string): Promise<void>;
  /** Standard error. */
  report(text: string): void;
  /** Resolves when the user ends the command. */
  ended: Promise<void>;
}

/** Runs `breakwater dashboard …`. Answers the exit code: 0 ended by the user, 1 failed, 2 wrong arguments. */
export async function runDashboardCommand(args: readonly string[], context: DashboardContext): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') {
    context.report(`breakwater dashboard: ${options}\n\n${DASHBOARD_USAGE}`);
    return 2;
  }
  try {
    const { url, close } = await context.open(options.port);
    await context.write(options.json ? `${JSON.stringify({ url })}\n` : `${url}\nThis link works once (Ctrl-C ends)\n`);
    if (options.open) context.browse(url);
    await context.ended;
    await close();
    return 0;
  } catch (thrown) {
    const hint = thrown instanceof AppError && thrown.hint !== undefined ? ` ${thrown.hint}` : '';
    context.report(`breakwater dashboard: ${messageOf(thrown)}${hint}\n`);
    return 1;
  }
}

/** The options, or what is wrong with the arguments. */
function parse(args: readonly string[]): { port: number; open: boolean; json: boolean } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '0' },
        'no-open': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) return '--port must be a number from 0 to 65535';
    return { port, open: !values['no-open'], json: values.json };
  } catch (thrown) {
    return messageOf(thrown);
  }
}
