// What a careful author writes without Breakwater: one tool on the SDK that notes the payment durably, calls Stripe with axios, and notes the
// answer durably. No retry, no breaker, no deadline, no lookup of what became of it.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import axios from 'axios';
import Database from 'better-sqlite3';
import { z } from 'zod';

const db = new Database(process.env.BENCH_DB);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE payment (reference TEXT PRIMARY KEY, arguments TEXT NOT NULL, state TEXT NOT NULL, answer TEXT)');
const begin = db.prepare("INSERT INTO payment (reference, arguments, state) VALUES (?, ?, 'sent')");
const end = db.prepare("UPDATE payment SET state = 'executed', answer = ? WHERE reference = ?");

const server = new McpServer({ name: 'payment-tool', version: '1.0.0' });
const inputSchema = {
  amount: z.number().int().positive(),
  currency: z.string().length(3),
  reference: z.string().min(1),
  payment_method: z.string(),
  confirm: z.boolean(),
};
const outputSchema = { payment_intent_id: z.string(), status: z.string(), amount: z.number() };
server.registerTool('create_payment_intent', { inputSchema, outputSchema }, async (input) => {
  const { reference, ...params } = input;
  begin.run(reference, JSON.stringify(params));
  const url = `${process.env.BENCH_SERVICE}/v1/payment_intents`;
  const { data } = await axios.post(url, new URLSearchParams(Object.entries(params).map(([k, v]) => [k, String(v)])), {
    headers: { authorization: `Bearer ${process.env.STRIPE_SECRET_KEY}`, 'idempotency-key': reference },
  });
  end.run(JSON.stringify(data), reference);
  const structuredContent = { payment_intent_id: data.id, status: data.status, amount: data.amount };
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
});
await server.connect(new StdioServerTransport());
