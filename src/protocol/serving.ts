import { AppError, messageOf } from '../core/errors.ts';
import type { Resource, ResourceEntry } from '../core/resource.ts';
import type { ToolAnswer } from '../tools/call-tool.ts';
import { callTool } from '../tools/call-tool.ts';
import type { Elicit, Question } from '../tools/confirmation.ts';
import { CallSignals } from './call-signals.ts';
import type { CompletionRequest } from './complete.ts';
import { completeArgument } from './complete.ts';
import { ProtocolFault } from './fault.ts';
import { findResource } from './find-resource.ts';
import { iconsOf } from './icons.ts';
import { ListWatch } from './list-watch.ts';
import { pageOf } from './page.ts';
import type { Peer, ServingParts } from './workplace.ts';
import { Workplace } from './workplace.ts';

/** What one request brings along. */
export interface RequestFacts {
  signal: AbortSignal;
  /** Name of the client. */
  agent: string | undefined;
  progress(message: string): void;
  /** Asks the person at the client until the signal is aborted; undefined where the client cannot ask. */
  elicit: ((question: Question, signal: AbortSignal) => ReturnType<Elicit>) | undefined;
}

const JSON_TYPE = 'application/json';

/** Answers every request of the protocol, in terms of no SDK: the edges translate. */
export class Serving<Deps> {
  readonly parts: ServingParts<Deps>;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #signals = new CallSignals();
  readonly #peer: Peer;
  readonly #list = new ListWatch({
    version: async () => (await this.#workplace.toolbox()).version(),
    list: () => this.#entries(undefined),
    notify: () => this.#peer.notifyListChanged(),
  });
  readonly #workplace: Workplace<Deps>;

  constructor(parts: ServingParts<Deps>, peer: Peer) {
    this.parts = parts;
    this.#peer = peer;
    this.#workplace = new Workplace(parts, peer, () => Promise.allSettled([...this.#inFlight]));
  }

  /** Counts a request as in flight until it is settled. */
  track<T>(call: Promise<T>): Promise<T> {
    this.#inFlight.add(call);
    const forget = () => this.#inFlight.delete(call);
    call.then(forget, forget);
    return call;
  }

  /** Resolves when no request is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  /** Aborts the calls in flight and resolves when each has been answered. New calls are refused. */
  async drain(): Promise<void> {
    this.#signals.end(
      new AppError('cancelled', 'The server is shutting down.', { hint: 'Call again: a new server starts by itself.' }),
    );
    this.#list.stop();
    await Promise.allSettled(this.#inFlight);
  }

  /** As `Workplace.changed`. */
  rootsChanged(): Promise<void> {
    return this.#workplace.changed();
  }

  async listTools() {
    const { tools } = await this.#workplace.toolbox();
    return { tools: [...(await tools.list())] };
  }

  async callTool(name: string, args: unknown, facts: RequestFacts): Promise<ToolAnswer> {
    const { tools: offered, deps, confirmations } = await this.#workplace.toolbox();
    const tools = await offered.load();
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) {
      const known = tools.map((candidate) => candidate.name).join(', ');
      throw new ProtocolFault('invalid_params', `Unknown tool. Known tools: ${known}`);
    }
    const { redactor, log } = this.parts;
    const { elicit } = facts;
    return this.#signals.run(facts.signal, (signal) => {
      const context = {
        signal,
        caller: this.#workplace.caller(facts.agent),
        progress: facts.progress,
        confirm: confirmations.confirmWith(elicit && ((question) => elicit(question, signal))),
      };
      return callTool(tool, args, context, { deps, redactor, log });
    });
  }

  async listResources(cursor: string | undefined, agent: string | undefined) {
    const all = await this.#entries(agent);
    this.#list.saw(all);
    const { items, nextCursor } = pageOf(all, cursor);
    return { resources: items.map((entry) => ({ ...entry, mimeType: JSON_TYPE })), nextCursor };
  }

  async listTemplates() {
    const { resources } = await this.#workplace.toolbox();
    const templates = resources.filter(({ uriTemplate }) => uriTemplate.includes('{'));
    return {
      resourceTemplates: templates.map(({ name, title, description, uriTemplate }) => ({
        name,
        title,
        description,
        uriTemplate,
        mimeType: JSON_TYPE,
        icons: iconsOf(name),
      })),
    };
  }

  async readResource(uri: string, agent: string | undefined) {
    const text = await this.#read(uri, agent);
    return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
  }

  async listPrompts() {
    const { prompts } = await this.#workplace.toolbox();
    return {
      prompts: prompts.map(({ name, title, description, arguments: given }) => ({
        name,
        title,
        description,
        arguments: given.map(({ name, description, required }) => ({ name, description, required })),
        icons: iconsOf(name),
      })),
    };
  }

  async getPrompt(name: string, values: Readonly<Record<string, string>>, agent: string | undefined) {
    const { prompts, deps } = await this.#workplace.toolbox();
    const prompt = prompts.find((candidate) => candidate.name === name);
    if (prompt === undefined) throw new ProtocolFault('invalid_params', 'There is no such prompt.');
    const missing = prompt.arguments.find((argument) => argument.required && !values[argument.name]?.trim());
    if (missing !== undefined) {
      throw new ProtocolFault('invalid_params', `The argument ${missing.name} is missing: ${missing.description}.`);
    }
    const text = await prompt.build(values, deps, this.#workplace.caller(agent));
    const content = { type: 'text' as const, text: this.parts.redactor.redactValue(text) };
    return { description: prompt.description, messages: [{ role: 'user' as const, content }] };
  }

  async complete(request: CompletionRequest, agent: string | undefined) {
    const { resources, prompts, deps } = await this.#workplace.toolbox();
    return completeArgument(request, { resources, prompts, deps, caller: this.#workplace.caller(agent) });
  }

  /** As `Resource.version`; throws where there is nothing that could be watched. */
  async version(uri: string, agent: string | undefined): Promise<string> {
    const { resources, deps } = await this.#workplace.toolbox();
    const found = findResource(resources, uri);
    if (found === undefined) throw new ProtocolFault('invalid_params', 'There is no such resource.');
    const version = await found.resource.version?.(found.variable, deps, this.#workplace.caller(agent));
    if (version === undefined) throw new ProtocolFault('invalid_params', 'This resource cannot be subscribed to.');
    return version;
  }

  async #entries(agent: string | undefined): Promise<ResourceEntry[]> {
    const { resources, deps } = await this.#workplace.toolbox();
    const lists = await Promise.all(resources.map((resource) => this.#listOne(resource, deps, agent)));
    return lists.flat();
  }

  /** What cannot be listed now (a database that is away) must not hide the rest. */
  async #listOne(resource: Resource<Deps>, deps: Deps, agent: string | undefined): Promise<ResourceEntry[]> {
    try {
      return await resource.list(deps, this.#workplace.caller(agent));
    } catch (thrown) {
      this.parts.log.warn({ resource: resource.name, cause: messageOf(thrown) }, 'resource not listed');
      return [];
    }
  }

  async #read(uri: string, agent: string | undefined): Promise<string> {
    const { resources, deps } = await this.#workplace.toolbox();
    const found = findResource(resources, uri);
    if (found === undefined) throw new ProtocolFault('invalid_params', 'There is no such resource.', { uri });
    const value = await found.resource.read(found.variable, deps, this.#workplace.caller(agent));
    return JSON.stringify(this.parts.redactor.redactValue(value));
  }
}
