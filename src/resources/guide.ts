import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { Guide } from '../views/guides.ts';

export const guideResource: Resource<{ guides: readonly Guide[] }> = {
  name: 'guide',
  title: 'Guides',
  description:
    'Error codes, resilience settings, and the webhooks of each provider: topic errors, resilience or webhooks-stripe',
  uriTemplate: 'guide://{topic}',
  async list({ guides }) {
    return guides.map(({ topic, title }) => ({ uri: `guide://${topic}`, name: topic, title }));
  },
  async read(topic, { guides }) {
    const guide = guides.find((candidate) => candidate.topic === topic);
    if (guide !== undefined) return guide.build();
    const topics = guides.map((known) => known.topic).join(', ');
    throw new AppError('not_found', 'There is no such guide.', { hint: `Topics: ${topics}.` });
  },
};
