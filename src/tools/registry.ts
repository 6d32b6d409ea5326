import type { Tool } from '../core/tool.ts';
import { breakerStatus } from './breaker-status.ts';
import { callApi } from './call-api.ts';
import { checkIntegration } from './check-integration.ts';
import { configureIntegration } from './configure-integration.ts';
import { controlBreaker } from './control-breaker.ts';
import { createPaymentIntentTool } from './create-payment-intent.ts';
import { deleteMemory } from './delete-memory.ts';
import { detectRepository } from './detect-repository.ts';
import { getMemory } from './get-memory.ts';
import { linkMemories } from './link-memories.ts';
import { listIntegrations } from './list-integrations.ts';
import { listWebhookEvents } from './list-webhook-events.ts';
import { readApi } from './read-api.ts';
import { refundPayment } from './refund-payment.ts';
import { replayWebhook } from './replay-webhook.ts';
import { retrievePaymentIntentTool } from './retrieve-payment-intent.ts';
import { scaffoldIntegration } from './scaffold-integration.ts';
import { searchMemories } from './search-memories.ts';
import { sendEmail } from './send-email.ts';
import { signWebhook } from './sign-webhook.ts';
import { simulateService } from './simulate-service.ts';
import { storeMemory } from './store-memory.ts';
import { updateMemory } from './update-memory.ts';
import { updatePaymentIntent } from './update-payment-intent.ts';
import { verifyWebhook } from './verify-webhook.ts';
import { webhookListener } from './webhook-listener.ts';

const all = [
  configureIntegration,
  listIntegrations,
  readApi,
  callApi,
  createPaymentIntentTool,
  retrievePaymentIntentTool,
  updatePaymentIntent,
  refundPayment,
  sendEmail,
  breakerStatus,
  controlBreaker,
  verifyWebhook,
  signWebhook,
  webhookListener,
  listWebhookEvents,
  replayWebhook,
  simulateService,
  detectRepository,
  scaffoldIntegration,
  checkIntegration,
  storeMemory,
  searchMemories,
  getMemory,
  updateMemory,
  deleteMemory,
  linkMemories,
] as const;

type DepsOf<T extends { run: (...args: never[]) => unknown }> = T extends unknown ? Parameters<T['run']>[1] : never;
type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** Everything that some tool uses; `app.ts` holds one object that satisfies it. */
export type ToolDeps = Intersection<DepsOf<(typeof all)[number]>>;

/** Every tool, in the order in which they are listed. */
export const tools: readonly Tool<ToolDeps>[] = all;
