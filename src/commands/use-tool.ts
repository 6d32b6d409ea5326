import * as z from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import { AppError, ERROR_CODES } from '../core/errors.ts';
import type { Tool } from '../core/tool.ts';
import type { ResourceDeps } from '../resources/registry.ts';
import { callTool } from '../tools/call-tool.ts';
import { forPeople } from './for-people.ts';
import type { Host } from './host.ts';

const failure = z.object({ code: z.enum(ERROR_CODES), message: z.string(), hint: z.string().optional() });

/** Of a terminal. */
const CLEAR_LINE = '\r\u001b[K';

/** What a person does next where the tool's own hint speaks of arguments that the command line has not. */
export type Hints = Partial<Record<ErrorCode, string>>;

/** Calls a tool as an agent would, for a person: the same checks, the same masking, the same answer. Throws its error as `AppError`. */
export async function useTool<Input extends z.ZodType, Output extends z.ZodType>(
  host: Host,
  tool: Tool<ResourceDeps, Input, Output>,
  args: z.input<Input>,
  hints: Hints = {},
): Promise<z.output<Output>> {
  const { deps } = await host.app();
  const { redactor, log } = host;
  const { workspace, agent } = host.settings();
  let hasProgress = false;
  const progress = (message: string) => {
    if (!process.stderr.isTTY) return;
    hasProgress = true;
    host.report(`${CLEAR_LINE}${message}`);
  };
  const context = {
    signal: new AbortController().signal,
    caller: { workspace, agent: agent || 'command line', sessionId: undefined },
    progress,
    confirm: () => Promise.reject(new AppError('not_allowed', 'The command line makes no live writes.')),
  };
  const { isError, text, structured } = await callTool(tool, args, context, { deps, redactor, log });
  if (hasProgress) host.report(CLEAR_LINE);
  if (!isError) return tool.output.parse(structured);
  const { code, message, hint } = failure.parse(JSON.parse(text));
  throw new AppError(code, forPeople(message), { hint: hints[code] ?? (hint && forPeople(hint)) });
}
