import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { AppError, abortError, messageOf } from '../core/errors.ts';
import { isTooDeep } from '../core/json-depth.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import type { Tool, ToolContext } from '../core/tool.ts';

/** A tool's answer in both forms; built from one object, so they say the same. Errors have the text form only. */
export interface ToolAnswer {
  text: string;
  structured: Record<string, unknown> | undefined;
  isError: boolean;
}

export interface CallOptions<Deps> {
  deps: Deps;
  redactor: Redactor;
  log: Log;
}

/** Clients put larger answers into a file or cut them. */
const MAX_ANSWER_CHARACTERS = 40_000;
/** Of a message and a hint, in an error that would be larger than that. */
const MAX_CUT_CHARACTERS = 2_000;
/** How long a call may take to end by itself after it was aborted, in milliseconds. */
const ABORT_GRACE_MS = 150;

/** Runs one call from arguments to answer. Never throws: this is the one place where an error becomes an answer. */
export async function callTool<Deps>(
  tool: Tool<Deps>,
  args: unknown,
  context: ToolContext,
  options: CallOptions<Deps>,
): Promise<ToolAnswer> {
  try {
    // Nothing is begun for a caller who has left, or by a server that is leaving.
    if (context.signal.aborted) throw abortError(context.signal);
    const input = parseInput(tool, args, options.redactor);
    const result = await untilAborted(tool.run(input, options.deps, context), context.signal);
    return toAnswer(tool, result, options.redactor);
  } catch (thrown) {
    return toErrorAnswer(tool.name, thrown, options);
  }
}

function parseInput<Deps>(tool: Tool<Deps>, args: unknown, redactor: Redactor): unknown {
  const given = args ?? {};
  if (isTooDeep(given)) {
    throw new AppError('invalid_input', `The arguments of ${tool.name} nest too deep.`, {
      hint: 'Give a document that deep as text, or less of it. Nothing was executed.',
    });
  }
  if (tool.acceptsSecrets !== true) refuseSecrets(given, redactor, []);
  const parsed = tool.input.safeParse(given, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `The arguments of ${tool.name} are not valid: ${describeIssues(parsed.error)}.`, {
    hint: 'Correct these arguments and call again. Nothing was executed.',
    details: {
      issues: parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ argument: path.join('.'), message })),
    },
  });
}

function describeIssues({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

/** A secret in an argument would end up in transcripts, logs and files: the call is refused before anything reads it. */
function refuseSecrets(value: unknown, redactor: Redactor, path: readonly (string | number)[]): void {
  if (typeof value === 'string') {
    const kind = redactor.find(value);
    if (kind === undefined) return;
    throw new AppError(
      'invalid_input',
      `The argument ${path.join('.')} holds a secret (${kind}). It was not stored and not logged.`,
      {
        hint: 'Put the value into an environment variable of the server and give the NAME of that variable. Since the value was written down, replace the key.',
      },
    );
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    refuseSecrets(key, redactor, [...path, '(key)']);
    refuseSecrets(inner, redactor, [...path, key]);
  }
}

/** Ends a call that does not honour its signal: a shutting down server must answer before it is killed. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = () => {
      const { message, code } = abortError(signal);
      reject(
        new AppError(code, message, {
          outcome: 'unknown',
          hint: 'The call was given up while it ran. Look at its effect before repeating it.',
        }),
      );
    };
    const onAbort = () => {
      timer = setTimeout(giveUp, ABORT_GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const ended = <V>(tell: (value: V) => void) => {
      return (value: V) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        tell(value);
      };
    };
    work.then(ended(resolve), ended(reject));
  });
}

function toAnswer<Deps>(tool: Tool<Deps>, result: unknown, redactor: Redactor): ToolAnswer {
  const kept = tool.output.parse(result) as Record<string, unknown>;
  const plain = JSON.stringify(kept);
  const structured = redactor.find(plain) === undefined ? kept : redactor.redactValue(kept);
  const text = structured === kept ? plain : JSON.stringify(structured);
  if (text.length <= MAX_ANSWER_CHARACTERS) return { text, structured, isError: false };
  throw new AppError(
    'invalid_input',
    `The answer would have ${text.length} characters; ${MAX_ANSWER_CHARACTERS} is the limit.`,
    {
      hint: 'Ask for less: a smaller limit, a filter, or a shorter output mode.',
      outcome: 'executed',
    },
  );
}

function toErrorAnswer<Deps>(name: string, thrown: unknown, { redactor, log }: CallOptions<Deps>): ToolAnswer {
  const error = thrown instanceof AppError ? thrown : unexpected(name, thrown, log);
  log.info({ tool: name, code: error.code, outcome: error.outcome, cause: messageOf(error.cause) }, 'tool failed');
  const body = {
    code: error.code,
    message: error.message,
    hint: error.hint,
    retryable: error.retryable,
    retry_after_ms: error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs),
    outcome: error.outcome,
    details: error.details,
  };
  return { text: boundedText(redactor.redactValue(body)), structured: undefined, isError: true };
}

/** Errors repeat what was given, which can be as long as a caller likes. */
function boundedText(body: { message: string; hint: string | undefined }): string {
  const text = JSON.stringify(body);
  if (text.length <= MAX_ANSWER_CHARACTERS) return text;
  const cut = (long: string | undefined) => long?.slice(0, MAX_CUT_CHARACTERS);
  return JSON.stringify({ ...body, message: cut(body.message), hint: cut(body.hint), details: { truncated: true } });
}

/** Foreign messages stay in the log: they may hold paths, queries or a service's prose. */
function unexpected(name: string, thrown: unknown, log: Log): AppError {
  const id = randomUUID();
  log.error(
    { tool: name, id, error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) },
    'unexpected error',
  );
  return new AppError('internal', `Something unexpected happened (${id}).`, {
    hint: `The server's log explains it under that id. This is a fault of Breakwater: please report it.`,
    outcome: 'unknown',
  });
}
