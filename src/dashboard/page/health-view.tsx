import type { lists } from '../lists.ts';
import { get } from './api.ts';
import { BreakerChart } from './breaker-chart.tsx';
import { Empty, Facts, Failure, State } from './parts.tsx';
import { useData } from './use-data.ts';

type Integrations = Awaited<ReturnType<typeof lists.integrations>>;
type Integration = Integrations['integrations'][number];
type Breakers = Awaited<ReturnType<typeof lists.breakers>>;

export function HealthView() {
  const { value, error } = useData('integrations', ['integrations'], (signal) =>
    get<Integrations>('integrations', signal),
  );
  const breakers = useData('breakers', ['breakers'], (signal) => get<Breakers>('breakers', signal));
  return (
    <>
      <Failure error={error ?? breakers.error} />
      <section aria-labelledby="integrations">
        <h2 id="integrations">Integrations</h2>
        {value && <IntegrationCards {...value} />}
      </section>
      <section aria-labelledby="breakers">
        <h2 id="breakers">Circuit breakers</h2>
        {breakers.value && <BreakerChart breakers={breakers.value.breakers} />}
      </section>
    </>
  );
}

function IntegrationCards({ integrations, broken }: Integrations) {
  if (integrations.length + broken.length === 0) {
    return (
      <Empty title="No integration yet">
        Ask your agent: “Configure Stripe as an integration.” It uses the tool <code>configure_integration</code>.
      </Empty>
    );
  }
  return (
    <ul class="cards">
      {broken.map(({ name, problems }) => (
        <li key={name} class="card">
          <h3>{name}</h3>
          <State of="broken" tone="bad" />
          <Facts facts={{ Problems: problems.join('; ') }} />
        </li>
      ))}
      {integrations.map((integration) => (
        <IntegrationCard key={integration.name} {...integration} />
      ))}
    </ul>
  );
}

function IntegrationCard(integration: Integration) {
  const { name, service, mode, health, missing, warnings, base_url, limits, last_errors } = integration;
  return (
    <li class="card">
      <h3>{name}</h3>
      <State of={health} />
      <p class="card-about">
        {service} · {mode} mode
      </p>
      <Facts
        facts={{
          Address: base_url,
          Missing: missing.length > 0 && <code>{missing.join(', ')}</code>,
          Warnings: warnings.join(' '),
          'Limits left': joinEntries(limits),
          'Last error': joinEntries(last_errors),
        }}
      />
    </li>
  );
}

function joinEntries(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, text]) => `${key.slice(key.lastIndexOf('/') + 1)}: ${text}`)
    .join('; ');
}
