// Answers the protocol by hand, without an SDK, a schema or a check: what the runtime and the pipe alone cost.
import { createInterface } from 'node:readline';

const serverInfo = { name: 'bare', version: '1.0.0' };
const RESULTS = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo },
  'tools/list': { tools: [] },
  'tools/call': { content: [{ type: 'text', text: '' }] },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: RESULTS[method] })}\n`);
});
