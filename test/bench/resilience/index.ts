import type { Row } from '../row.ts';
import { measurePipelineCost } from './pipeline-cost.ts';
import { measureRequestCost } from './request-cost.ts';

/** In the order of the bars that the pipeline was built to. */
export const resilienceMeasurements: Readonly<Record<string, () => Promise<Row[]>>> = {
  'pipeline-cost': measurePipelineCost,
  'request-cost': measureRequestCost,
};
