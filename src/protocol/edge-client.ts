import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

export interface ServerCommand {
  command: string;
  args: string[];
  /** Beside what every program needs (PATH, HOME). */
  env: Record<string, string>;
}

/** A client with a server process of its own, over stdio. */
export class ServerClient {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** @param name under which the server knows the client */
  static async start(name: string, version: string, server: ServerCommand): Promise<ServerClient> {
    const client = new Client({ name, version });
    await client.connect(new StdioClientTransport({ ...server, stderr: 'ignore' }));
    return new ServerClient(client);
  }

  /** The structured answer of a success, or the JSON of an error. */
  async call(tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { structuredContent, content } = await this.#client.callTool({ name: tool, arguments: args });
    if (isRecord(structuredContent)) return structuredContent;
    const [first]: unknown[] = Array.isArray(content) ? content : [];
    const error: unknown = isRecord(first) ? JSON.parse(String(first['text'])) : undefined;
    return isRecord(error) ? error : {};
  }

  stop(): Promise<void> {
    return this.#client.close();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
