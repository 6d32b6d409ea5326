import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { buildGuides } from '../views/guides.ts';

export const guideResource: Resource<{ integrations: Integrations }> = {
  name: 'guide',
  title: 'Guides',
  description:
    'Error codes, resilience settings, and the webhooks of each provider: topic errors, resilience or webhooks-stripe',
  uriTemplate: 'guide://{topic}',
  list({ integrations }) {
    const guides = buildGuides(integrations.providers);
    return Promise.resolve(guides.map(({ topic, title }) => ({ uri: `guide://${topic}`, name: topic, title })));
  },
  read(topic, { integrations }) {
    const guides = buildGuides(integrations.providers);
    const guide = guides.find((candidate) => candidate.topic === topic);
    if (guide !== undefined) return Promise.resolve(guide.build());
    const topics = guides.map((known) => known.topic).join(', ');
    return Promise.reject(new AppError('not_found', 'There is no such guide.', { hint: `Topics: ${topics}.` }));
  },
};
