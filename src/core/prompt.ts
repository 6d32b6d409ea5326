import type { Caller } from './tool.ts';

export interface PromptArgument<Deps> {
  name: string;
  description: string;
  required: boolean;
  /** Values that begin with what was typed so far; at most 100. */
  complete?(typed: string, deps: Deps, caller: Caller): Promise<string[]>;
}

/** A way of working that a person starts at the client; plain data and functions, free of the SDK. */
export interface Prompt<Deps = never> {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument<Deps>[];
  /** The message to the model. Stored text in it is marked as data. */
  build(values: Readonly<Record<string, string>>, deps: Deps, caller: Caller): Promise<string>;
}
