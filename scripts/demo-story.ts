import { styleText } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

type Answer = Record<string, unknown>;
type Style = Parameters<typeof styleText>[0];

/** Colours on a terminal, plain text elsewhere. */
const paint = (style: Style, text: string) => styleText(style, text, { stream: process.stdout });

const SHOWN_CHARACTERS = 600;
const SHOWN_VALUE = 110;
let failures = 0;
let chapters = 0;

export function chapter(title: string): void {
  chapters += 1;
  console.log(`\n${paint('bold', `${chapters}. ${title}`)}`);
}

export function say(text: string): void {
  console.log(`   ${text}`);
}

/** One thing that must be so for the story to be true. */
export function check(what: string, holds: boolean): void {
  if (!holds) failures += 1;
  console.log(`   ${holds ? paint('green', '✓') : paint('red', '✗')} ${what}`);
}

/** Prints how it went; the exit code says the same. */
export function end(startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const verdict =
    failures === 0 ? paint('green', 'Everything went as told') : paint('red', `${failures} checks failed`);
  console.log(`\n${verdict}, in ${seconds} s.`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** An agent: one MCP client with its own server process, whose calls are shown as they are made. */
export class Agent {
  readonly #name: string;
  readonly #client: Client;

  private constructor(name: string, client: Client) {
    this.#name = name;
    this.#client = client;
  }

  static async start(name: string, launcher: string, env: Record<string, string>): Promise<Agent> {
    const client = new Client({ name, version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [launcher], env, stderr: 'ignore' }),
    );
    return new Agent(name, client);
  }

  stop(): Promise<void> {
    return this.#client.close();
  }

  /** Calls a tool and shows call and answer; `fields` picks what of the answer is shown. */
  async call(tool: string, args: Record<string, unknown>, fields?: readonly string[]): Promise<Answer> {
    console.log(`   ${paint('cyan', `${this.#name} ▸ ${tool}`)}(${show(args)})`);
    const answer = await this.quietly(tool, args);
    const shown = fields === undefined ? answer : Object.fromEntries(fields.map((field) => [field, answer[field]]));
    const style = answer['code'] === undefined ? 'gray' : 'yellow';
    console.log(`   ${paint(style, `◂ ${show(shown)}`)}`);
    return answer;
  }

  /** The structured answer of a success, or the JSON of an error. */
  async quietly(tool: string, args: Record<string, unknown>): Promise<Answer> {
    const result = await this.#client.callTool({ name: tool, arguments: args });
    const [content] = result.content as { text: string }[];
    return (result.structuredContent ?? JSON.parse(content?.text ?? '{}')) as Answer;
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
