import type { Prompt } from '../core/prompt.ts';
import type { Resource } from '../core/resource.ts';
import type { Caller } from '../core/tool.ts';
import { ProtocolFault } from './fault.ts';

/** Values for an argument of a prompt, or for the variable of a resource template. */
export interface CompletionRequest {
  of: { prompt: string } | { template: string };
  argument: string;
  typed: string;
}

interface Known<Deps> {
  resources: readonly Resource<Deps>[];
  prompts: readonly Prompt<Deps>[];
  deps: Deps;
  caller: Caller;
}

/** The protocol's own limit. */
const MAX_VALUES = 100;

export async function completeArgument<Deps>(request: CompletionRequest, known: Known<Deps>) {
  const values = 'prompt' in request.of ? await ofPrompt(request, known) : await ofTemplate(request, known);
  return {
    completion: { values: values.slice(0, MAX_VALUES), total: values.length, hasMore: values.length > MAX_VALUES },
  };
}

async function ofPrompt<Deps>({ of, argument, typed }: CompletionRequest, known: Known<Deps>): Promise<string[]> {
  const prompt = known.prompts.find(({ name }) => 'prompt' in of && name === of.prompt);
  if (prompt === undefined) throw new ProtocolFault('invalid_params', 'There is no such prompt.');
  const found = prompt.arguments.find(({ name }) => name === argument);
  if (found === undefined) throw new ProtocolFault('invalid_params', 'The prompt has no such argument.');
  return (await found.complete?.(typed, known.deps, known.caller)) ?? [];
}

/** What the resource lists is what its variable can be. */
async function ofTemplate<Deps>({ of, argument, typed }: CompletionRequest, known: Known<Deps>): Promise<string[]> {
  const resource = known.resources.find(({ uriTemplate }) => 'template' in of && uriTemplate === of.template);
  const [prefix = '', variable] = resource?.uriTemplate.split(/[{}]/, 2) ?? [];
  if (resource === undefined || variable === undefined) {
    throw new ProtocolFault('invalid_params', 'There is no such resource template.');
  }
  if (argument !== variable) throw new ProtocolFault('invalid_params', 'The template has no such variable.');
  const entries = await resource.list(known.deps, known.caller);
  const values = entries.map(({ uri }) => decodeURIComponent(uri.slice(prefix.length)));
  return values.filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()));
}

/** What the protocol calls a reference, in our terms. */
export function toCompletionRequest(params: {
  ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  argument: { name: string; value: string };
}): CompletionRequest {
  const { ref, argument } = params;
  const of = ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri };
  return { of, argument: argument.name, typed: argument.value };
}
