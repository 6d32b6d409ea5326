// The smallest useful server on the same SDK: what Breakwater is measured against. JavaScript, so that it also runs as it is, unbundled.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'one-tool', version: '1.0.0' });
const inputSchema = { text: z.string().optional().describe('Text to give back') };
server.registerTool('echo', { description: 'Gives the text back', inputSchema }, ({ text = '' }) => ({
  content: [{ type: 'text', text }],
}));
await server.connect(new StdioServerTransport());
