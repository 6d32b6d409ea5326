/** Memories as coordinating agents write them, by a short key, and queries with the keys of what answers them. */
const record = (agent: string, action: string, fields: object) => JSON.stringify({ agent, action, ...fields });

export const MEMORIES: Readonly<Record<string, string>> = {
  stripeConfigured: record('integration-agent', 'integration_configured', {
    service: 'stripe',
    features: ['payment_intents', 'webhooks'],
    status: 'complete',
  }),
  sendgridConfigured: record('integration-agent', 'integration_configured', {
    service: 'sendgrid',
    features: ['templates'],
    status: 'complete',
  }),
  breakerConfigured: record('integration-agent', 'circuit_breaker_configured', {
    service: 'stripe',
    threshold: 5,
    timeout: 60000,
  }),
  slackBlocked: record('integration-agent', 'integration_blocked', {
    service: 'slack',
    reason: 'SLACK_BOT_TOKEN is not set in staging',
    status: 'blocked',
  }),
  migration: record('data-agent', 'migration_applied', {
    table: 'payment_events',
    change: 'unique index on (provider, event_id)',
    status: 'complete',
  }),
  uploadTask: record('frontend-agent', 'task_started', {
    task: 'avatar upload form with drag and drop',
    status: 'in_progress',
  }),
  backoff:
    'We retry idempotent requests up to three times with exponential backoff and full jitter, never POST without a key.',
  rawBody: 'Webhook signatures must be verified over the raw body: express.raw() has to come before express.json().',
  signatureBug:
    'Error: "No signatures found matching the expected signature" was caused by a trailing newline in STRIPE_WEBHOOK_SECRET.',
  clockSkew:
    'GitHub has no timestamp in its deliveries, so replay protection relies on X-GitHub-Delivery ids we have seen.',
  poolSize: 'Postgres pool size is 20 per pod; above that PgBouncer refuses connections.',
  moneyCents: 'Money is stored as integer minor units. Never floats.',
  timezones: 'All timestamps are UTC in the database; the frontend converts to the local time zone of the user.',
  featureFlags: 'Feature flags live in config/flags.ts and are removed two sprints after full rollout.',
  namingRule: 'Directive: React components are named in PascalCase, hooks begin with use, files are kebab-case.',
  testsRule: 'Every bug fix starts with a failing test; pull requests without one are sent back.',
  reviewPreference: 'The maintainer prefers small commits and dislikes squash merges.',
  cacheKeys:
    'Cache keys contain the tenant id first, e.g. tenant:42:cart:7, otherwise customers see the carts of others.',
  rateLimit: 'The partner API allows 100 requests per minute and answers 429 with Retry-After in seconds.',
  oauthRefresh:
    'OAuth refresh tokens of the calendar provider rotate on every use; store the new one before using the access token.',
  imageResize: 'Images are resized in a worker with sharp; the request thread only stores the original.',
  eslint: 'We replaced ESLint and Prettier by Biome 2 because linting took 40 seconds in CI.',
  nodeVersion: 'Node 24 is pinned in package.json engines and in the Dockerfile.',
  deployFreeze: 'No deploys on Fridays after noon, agreed with the on-call team.',
  rollback: 'Roll back with `kubectl rollout undo deployment/api`; migrations are backwards compatible by one version.',
  searchIndex: 'Product search moved from Elasticsearch to Typesense to save memory.',
  emailBounce: 'Hard bounces from SendGrid mark the address as undeliverable; soft bounces are retried for 72 hours.',
  pdfInvoice:
    'Invoices are rendered to PDF by the billing service with Playwright, template in billing/templates/invoice.html.',
  loginThrottle:
    'After five failed logins the account is locked for fifteen minutes; see AuthThrottleService.registerFailure.',
  sessionCookie: 'Session cookies are httpOnly, secure and SameSite=Lax.',
  todoCsv: 'TODO: CSV export of orders times out above 50,000 rows, stream it instead.',
  flakyTest: 'checkout.e2e.ts is flaky on Safari: wait for the network to be idle before clicking pay.',
  graphqlDecision: 'Decision: no GraphQL. REST with OpenAPI, because partners generate their clients from it.',
  monorepo: 'The repository is a pnpm monorepo; shared code goes to packages/core, apps never import from each other.',
  logging: 'Logs are JSON lines on stderr with a request id; personal data is redacted before writing.',
  secrets: 'Secrets come from Vault at start-up and are never written to .env files in the repository.',
  cronOwner: 'The nightly reconciliation job runs at 02:30 UTC and compares our ledger with the payout report.',
  refundPolicy: 'Refunds over 500 EUR need a second approval in the back office.',
  currencyRounding: 'Japanese yen has no minor unit: amounts in JPY are not multiplied by 100.',
  loadTest: 'The load test showed p95 of 180 ms at 400 requests per second on two pods.',
};

export const QUERIES: readonly (readonly [query: string, ...keys: string[]])[] = [
  ['external api integration webhooks', 'stripeConfigured'],
  ['stripe circuit breaker threshold', 'breakerConfigured'],
  ['why does webhook signature verification fail', 'signatureBug', 'rawBody'],
  ['how are retries done, with backoff?', 'backoff'],
  ['what happens when an email bounces', 'emailBounce'],
  ['float or integer for money amounts', 'moneyCents'],
  ['authThrottleService register failure', 'loginThrottle'],
  ['which integrations are blocked', 'slackBlocked'],
  ['STRIPE_WEBHOOK_SECRET', 'signatureBug'],
  ['how to roll back a deployment', 'rollback'],
  ['did we choose graphql or rest', 'graphqlDecision'],
  ['linter formatting tool', 'eslint'],
  ['unique index payment events', 'migration'],
  ['naming convention for components', 'namingRule'],
  ['rate limits of the partner', 'rateLimit'],
  ['yen amounts', 'currencyRounding'],
  ['invoice pdf template path', 'pdfInvoice'],
  ['tenant cart cache', 'cacheKeys'],
];
