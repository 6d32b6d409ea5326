import type { LoadService } from '../simulator/simulators.ts';
import { calendly } from './calendly/index.ts';
import { clerk } from './clerk/index.ts';
import { custom } from './custom/index.ts';
import { discord } from './discord/index.ts';
import { embeddings } from './embeddings/index.ts';
import { github } from './github/index.ts';
import { intercom } from './intercom/index.ts';
import { linear } from './linear/index.ts';
import { mailgun } from './mailgun/index.ts';
import { openai } from './openai/index.ts';
import { paddle } from './paddle/index.ts';
import { paypal } from './paypal/index.ts';
import { postmark } from './postmark/index.ts';
import type { Provider } from './provider.ts';
import { replicate } from './replicate/index.ts';
import { resend } from './resend/index.ts';
import { sendgrid } from './sendgrid/index.ts';
import { shopify } from './shopify/index.ts';
import { slack } from './slack/index.ts';
import { square } from './square/index.ts';
import { standard } from './standard-webhooks/index.ts';
import { stripe } from './stripe/index.ts';
import { svix } from './svix/index.ts';
import { twilio } from './twilio/index.ts';
import { zoom } from './zoom/index.ts';

/** Every provider, in the order in which they are listed. */
const providers: readonly Provider[] = [
  stripe,
  sendgrid,
  github,
  slack,
  shopify,
  twilio,
  paddle,
  square,
  paypal,
  mailgun,
  postmark,
  clerk,
  resend,
  openai,
  replicate,
  svix,
  standard,
  discord,
  zoom,
  intercom,
  linear,
  calendly,
  embeddings,
  custom,
];

export const catalogue: ReadonlyMap<string, Provider> = new Map(
  providers.map((provider) => [provider.service, provider]),
);

/** The providers that can be simulated. */
export const simulatedServices: ReadonlyMap<string, LoadService> = new Map(
  providers.flatMap(({ service, loadSimulator }) => (loadSimulator === undefined ? [] : [[service, loadSimulator]])),
);
