import { embeddings } from './embeddings/index.ts';
import { github } from './github/index.ts';
import type { Provider } from './provider.ts';
import { sendgrid } from './sendgrid/index.ts';
import { slack } from './slack/index.ts';
import { stripe } from './stripe/index.ts';

/** Every provider, in the order in which they are listed. */
export const catalogue: ReadonlyMap<string, Provider> = new Map(
  [stripe, sendgrid, github, slack, embeddings].map((provider) => [provider.service, provider]),
);
