import type { Row } from '../row.ts';
import { measureAbort } from './abort.ts';
import { measureAmplification } from './amplification.ts';
import { measureHalfOpen } from './half-open.ts';
import { measureKill } from './kill.ts';
import { measureOutage } from './outage.ts';
import { measurePipelineCost } from './pipeline-cost.ts';
import { measureRateLimit } from './rate-limit.ts';
import { measureRequestCost } from './request-cost.ts';
import { measureTransactions } from './transactions.ts';
import { measureUnsafePost } from './unsafe-post.ts';

/** In the order of the bars that the pipeline was built to. */
export const resilienceMeasurements: Readonly<Record<string, () => Promise<Row[]>>> = {
  'pipeline-cost': measurePipelineCost,
  'request-cost': measureRequestCost,
  outage: measureOutage,
  'half-open': measureHalfOpen,
  abort: measureAbort,
  amplification: measureAmplification,
  'unsafe-post': measureUnsafePost,
  'rate-limit': measureRateLimit,
  transactions: measureTransactions,
  kill: measureKill,
};
