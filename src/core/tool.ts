import type { z } from 'zod';

/** What a tool may do; all MCP hints derive from it. `read` changes nothing anywhere and may run in parallel. */
export type Effect = 'read' | 'write' | 'destroy';

/** Who calls, as far as the server knows. Stored with what the call leaves behind. */
export interface Caller {
  /** The project the agent works in: an absolute path or a name given in the settings. */
  workspace: string;
  /** Name of the client or agent. */
  agent: string;
  sessionId: string | undefined;
}

export interface ConfirmRequest {
  /** What is about to happen, for a person to read. */
  message: string;
  /** Everything that the consent covers; a token is valid for exactly this. */
  subject: unknown;
  /** The token that the client sent, if any. */
  token: string | undefined;
}

export interface ToolContext {
  /** Aborted when the client cancels or the server shuts down. */
  signal: AbortSignal;
  caller: Caller;
  /** Tells a waiting person what is going on. Costs nothing when the client did not ask for progress. */
  progress(message: string): void;
  /** Resolves when a person (or, without elicitation, a second look) agreed; throws `not_allowed` otherwise. */
  confirm(request: ConfirmRequest): Promise<void>;
}

/** A tool: plain data and one function, free of the SDK. `Deps` is what `run` uses and nothing more. */
export interface Tool<Deps = never, Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  name: string;
  title: string;
  /** What for, when to use it, and one line on the shape of the result: the client does not show the model the output schema. */
  description: string;
  effect: Effect;
  /** True when a repeat with the same arguments has no further effect. */
  idempotent: boolean;
  /** True when the call may reach beyond this machine. */
  openWorld: boolean;
  /** True for tools that take foreign text, in which a secret is data: masked or never kept. Elsewhere such a call is refused. */
  acceptsSecrets?: boolean;
  input: Input;
  output: Output;
  run(input: z.output<Input>, deps: Deps, context: ToolContext): Promise<z.input<Output>>;
}

export function defineTool<Deps, Input extends z.ZodType, Output extends z.ZodType>(
  tool: Tool<Deps, Input, Output>,
): Tool<Deps, Input, Output> {
  return tool;
}
