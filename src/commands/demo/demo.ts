import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { listenOnLoopback } from '../../core/listen-on-loopback.ts';
import type { CommandContext } from '../command.ts';
import { addCommand, examples, resultOf } from '../command.ts';
import type { Host } from '../host.ts';
import { breakAndRecover, configure, KEYS, pay, surviveReset } from './calls.ts';
import type { Delivery } from './findings.ts';
import { remember, verify } from './findings.ts';
import { Story } from './story.ts';

export function addDemo(program: Command, context: CommandContext): void {
  addCommand(program, 'demo', context, async (options: { json?: boolean }) => {
    const { checks, seconds } = await play(context.host, options.json === true);
    const failures = checks.filter(({ holds }) => !holds).length;
    const verdict = failures === 0 ? 'Everything went as told' : `${failures} checks failed`;
    return resultOf({ failures, seconds, checks }, () => `\n${verdict}, in ${seconds} s.`, failures > 0);
  })
    .description('play the main job on the real server')
    .addHelpText('after', examples('demo', 'demo --json'));
}

/** Two servers over stdio, each with a client, and Stripe simulated on loopback; nothing outlives it. */
async function play(host: Host, isSilent: boolean) {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-demo-'));
  const endpoint = await startEndpoint();
  const simulators = await host.simulators();
  const webhook = { url: endpoint.url, secret: KEYS.STRIPE_WEBHOOK_SECRET };
  const stripe = await simulators.start('stripe', { webhook });
  const env = { BREAKWATER_DB: join(folder, 'breakwater.db'), BREAKWATER_WORKSPACE: 'demo-shop', ...KEYS };
  const story = new Story(host, isSilent, env);
  try {
    const agent = await story.agent('integration-agent');
    await configure(story, agent, stripe);
    await pay(story, agent, stripe);
    await surviveReset(story, agent, stripe);
    await breakAndRecover(story, agent, stripe);
    await verify(story, agent, endpoint.deliveries);
    await remember(story, agent);
  } finally {
    await story.end();
    await simulators.close();
    endpoint.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return { checks: story.checks, seconds: Number(((performance.now() - startedAt) / 1000).toFixed(1)) };
}

/** Where the service delivers its webhooks: an endpoint like the one in the user's own application. */
async function startEndpoint() {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    deliveries.push({ headers: request.headers, body: (await buffer(request)).toString('utf8') });
    response.writeHead(200).end();
  });
  const port = await listenOnLoopback(server, 0);
  return { url: `http://127.0.0.1:${port}/webhooks/stripe`, deliveries, stop: () => server.close() };
}
