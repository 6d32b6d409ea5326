import { ServerClient } from '../../protocol/edge-client.ts';
import type { Host } from '../host.ts';
import { paint } from '../style.ts';

export type Answer = Record<string, unknown>;

const SHOWN_CHARACTERS = 600;
const SHOWN_VALUE = 110;

/** Tells what happens while it happens, and keeps what was checked. */
export class Story {
  readonly checks: { what: string; holds: boolean }[] = [];
  readonly #host: Host;
  readonly #isSilent: boolean;
  readonly #env: Record<string, string>;
  readonly #agents: Agent[] = [];
  #chapters = 0;

  constructor(host: Host, isSilent: boolean, env: Record<string, string>) {
    this.#host = host;
    this.#isSilent = isSilent;
    this.#env = env;
  }

  async chapter(title: string): Promise<void> {
    this.#chapters += 1;
    const gap = this.#chapters === 1 ? '' : '\n';
    await this.#print(`${gap}${paint('bold', `${this.#chapters}. ${title}`)}`);
  }

  async say(text: string): Promise<void> {
    await this.#print(`   ${text}`);
  }

  /** One thing that must be so for the story to be true. */
  async check(what: string, holds: boolean): Promise<void> {
    this.checks.push({ what, holds });
    await this.#print(`   ${holds ? paint('green', '✓') : paint('red', '✗')} ${what}`);
  }

  /** A client with its own server process: this very command, without arguments. */
  async agent(name: string): Promise<Agent> {
    const [, launcher = ''] = process.argv;
    const server = { command: process.execPath, args: [launcher], env: this.#env };
    const client = await ServerClient.start(name, this.#host.version, server);
    const agent = new Agent(name, client, (line) => this.#print(line));
    this.#agents.push(agent);
    return agent;
  }

  async end(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
  }

  async #print(line: string): Promise<void> {
    if (!this.#isSilent) await this.#host.write(`${line}\n`);
  }
}

/** Calls tools and shows call and answer. */
export class Agent {
  readonly #name: string;
  readonly #client: ServerClient;
  readonly #print: (line: string) => Promise<void>;

  constructor(name: string, client: ServerClient, print: (line: string) => Promise<void>) {
    this.#name = name;
    this.#client = client;
    this.#print = print;
  }

  /** @param fields what of the answer is shown; all by default */
  async call(tool: string, args: Answer, fields?: readonly string[]): Promise<Answer> {
    await this.#print(`   ${paint('cyan', `${this.#name} ▸ ${tool}`)}(${show(args)})`);
    const answer = await this.#client.call(tool, args);
    const shown = fields === undefined ? answer : Object.fromEntries(fields.map((field) => [field, answer[field]]));
    await this.#print(`   ${paint(answer['code'] === undefined ? 'gray' : 'yellow', `◂ ${show(shown)}`)}`);
    return answer;
  }

  /** Shows nothing. */
  quietly(tool: string, args: Answer): Promise<Answer> {
    return this.#client.call(tool, args);
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }
}

/** JSON with long values, such as whole webhook bodies, cut. */
function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? shorten(inner, SHOWN_VALUE) : inner,
  );
  return shorten(text, SHOWN_CHARACTERS);
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
