import { isWholeBody } from '../facts/inbound.ts';
import { signedContents } from '../facts/signatures.ts';
import type { WebhookRoute } from '../facts/webhook-route.ts';
import { namesOf, webhookMounts, webhookRoutes } from '../facts/webhook-routes.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import type { Call } from '../syntax/expressions.ts';
import {
  argumentAt,
  CALLS,
  calleeName,
  isCall,
  literalText,
  pathOf,
  propertyOf,
  receiverOf,
} from '../syntax/expressions.ts';
import { contains, isType, startOf } from '../syntax/nodes.ts';
import type { SourceModule } from '../syntax/source-module.ts';
import { objectOf, textOf } from '../syntax/values.ts';

interface Parser {
  call: Call;
  server: string;
  prefix: string;
}

export const bodyParsedBeforeWebhook: Rule = {
  id: 'body-parsed-before-webhook',
  title: 'The JSON body parser runs before the webhook route',
  severity: 'error',
  why: 'A signature covers the bytes as sent. A body that was parsed cannot be turned back into them: order, spaces and large numbers change, and genuine deliveries fail.',
  fix: 'Register the webhook route with express.raw({ type: "application/json" }) before express.json(), or keep the bytes with its verify option.',
  source: 'https://docs.stripe.com/webhooks/signature',
  bad: `import express from 'express';
const app = express();
app.use(express.json());
app.post('/webhook', (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  res.sendStatus(200);
});`,
  good: `import express from 'express';
const app = express();
app.post('/webhook', express.raw({ type: 'application/json' }), async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);
  await events.insert(event.id, event);
  res.sendStatus(200);
});
app.use(express.json());`,
  find(module) {
    const parsers = module.all(...CALLS).flatMap((call) => jsonParser(module, call));
    const routes = [...webhookRoutes(module), ...webhookMounts(module)];
    const early = parsers.filter((parser) =>
      routes.some((route) => isBefore(module, parser, route) && needsBytes(module, route)),
    );
    const onRoute = webhookRoutes(module).flatMap((route) =>
      verifiesBody(module, route) ? route.middleware.filter((node) => isCall(node) && isJsonParser(module, node)) : [],
    );
    return hits([...early.map(({ call }) => call), ...onRoute, ...parsedByFramework(module)]);
  },
};

const PARSES_JSON: ReadonlySet<string> = new Set(['express.json', 'bodyParser.json', 'bodyparser.json']);

function isJsonParser(module: SourceModule, call: Call): boolean {
  const path = pathOf(call.callee)?.join('.') ?? '';
  if (!PARSES_JSON.has(path) && path !== 'json' && path !== 'bodyParser') return false;
  const options = argumentAt(call, 0);
  if (options === undefined) return true;
  const object = objectOf(module, options);
  // verify keeps the bytes; type can exclude the webhook.
  return object !== undefined && propertyOf(object, /^(?:verify|type)$/) === undefined;
}

function jsonParser(module: SourceModule, call: Call): Parser[] {
  const receiver = receiverOf(call);
  const server = receiver === undefined ? undefined : pathOf(receiver)?.join('.');
  if (calleeName(call) !== 'use' || server === undefined) return [];
  const prefix = textOf(module, argumentAt(call, 0)) ?? '/';
  const parses = call.arguments.some((argument) => isCall(argument) && isJsonParser(module, argument));
  return parses ? [{ call, server, prefix }] : [];
}

function isBefore(module: SourceModule, { call, server, prefix }: Parser, route: WebhookRoute): boolean {
  const sameFunction = module.functionOf(call) === module.functionOf(route.node);
  if (server !== route.server || !sameFunction || startOf(call) > startOf(route.node)) return false;
  return prefix === '/' || route.path === prefix || route.path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** A router of another file is taken at its name; a route that this file holds must show that it verifies bytes. */
function needsBytes(module: SourceModule, route: WebhookRoute): boolean {
  if (route.handler === undefined) return !route.middleware.some((node) => /token|basic|apiKey/i.test(namesOf(node)));
  return verifiesBody(module, route) || route.middleware.some((node) => /raw|verif\w*sign|hmac/i.test(namesOf(node)));
}

/** True when something over the body is verified on this route. */
function verifiesBody(module: SourceModule, { handler }: WebhookRoute): boolean {
  if (handler === undefined) return false;
  return (
    signedContents(module).some((content) => contains(handler, content)) ||
    module.within(handler, 'StringLiteral').some(({ value }) => SIGNATURE_HEADER.test(value))
  );
}

const SIGNATURE_HEADER =
  /^(?:stripe-signature|x-hub-signature(?:-256)?|x-slack-signature|svix-signature|webhook-signature|paddle-signature|x-shopify-hmac-sha256)$/i;

/** Next.js pages and Fastify parse every body unless told otherwise. */
function parsedByFramework(module: SourceModule) {
  const isPage = /(?:^|\/)pages\/api\//.test(module.path);
  const keepsBytes = module.all('Identifier', 'StringLiteral').some((node) => {
    const name = isType(node, 'Identifier') ? node.name : node.value;
    return /^(?:bodyParser|rawBody|raw-body|fastify-raw-body|addContentTypeParser|preParsing|buffer|micro)$/.test(name);
  });
  const isFastify =
    module.all('ImportDeclaration').some(({ source }) => source.value === 'fastify') ||
    module
      .all('CallExpression')
      .some((call) => calleeName(call) === 'require' && literalText(argumentAt(call, 0)) === 'fastify');
  if ((!isPage && !isFastify) || keepsBytes) return [];
  return signedContents(module).filter((content) => isWholeBody(module, content));
}
