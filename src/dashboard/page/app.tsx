import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onAccessGiven } from './api.ts';
import { EventsView } from './events-view.tsx';
import { HealthView } from './health-view.tsx';
import type { Connection } from './live.ts';
import { live } from './live.ts';
import { MemoriesView } from './memories-view.tsx';
import type { Tone } from './parts.tsx';
import { State } from './parts.tsx';
import { PaymentsView } from './payments-view.tsx';
import { hrefOf, useRoute } from './route.ts';
import { SubscriptionsView } from './subscriptions-view.tsx';

interface View {
  name: string;
  title: string;
  about: string;
  show: ComponentType<{ id: string | undefined }>;
}

const HEALTH: View = {
  name: 'health',
  title: 'Health',
  about: 'Integrations and their circuit breakers, the same in every process on this machine.',
  show: HealthView,
};
const VIEWS: readonly View[] = [
  HEALTH,
  { name: 'events', title: 'Webhooks', about: 'Every delivery received: verdict, attempts, replay.', show: EventsView },
  { name: 'payments', title: 'Payments', about: 'As requests and events made them.', show: PaymentsView },
  { name: 'subscriptions', title: 'Subscriptions', about: 'As events told of them.', show: SubscriptionsView },
  { name: 'memories', title: 'Memories', about: 'What agents decided and learned.', show: MemoriesView },
];

export function App({ workspace }: { workspace: string }) {
  const { view: name, id } = useRoute();
  const view = VIEWS.find((candidate) => candidate.name === name) ?? HEALTH;
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef({ view, id });
  useEffect(() => {
    document.title = `${view.title} · Breakwater`;
    const { view: old, id: left } = before.current;
    before.current = { view, id };
    // Another view is read from its beginning; of a thing that is gone, what had the focus is gone too.
    if (old !== view || (left !== undefined && id === undefined)) heading.current?.focus();
  }, [view, id]);
  const { show: Show } = view;
  return (
    <div class="app">
      <Sidebar workspace={workspace} current={view} skip={(event) => skipTo(event, heading.current)} />
      <main>
        <header class="view-head">
          <h1 ref={heading} tabIndex={-1}>
            {view.title}
          </h1>
          <p>{view.about}</p>
        </header>
        <Show key={view.name} id={id} />
      </main>
    </div>
  );
}

interface SidebarProps {
  workspace: string;
  current: View;
  skip(event: Event): void;
}

function Sidebar({ workspace, current, skip }: SidebarProps) {
  return (
    <header class="sidebar">
      <a class="skip" href={location.hash} onClick={skip}>
        Skip to content
      </a>
      <p class="brand">
        <img src="/icon.svg" alt="" width="24" height="24" />
        Breakwater
      </p>
      <nav aria-label="Views">
        <ul>
          {VIEWS.map((view) => (
            <li key={view.name}>
              <a href={hrefOf(view.name)} aria-current={view === current ? 'page' : undefined}>
                {view.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="place">
        <p class="workspace" title={workspace}>
          {workspace.split(/[\\/]/).at(-1) || workspace}
        </p>
        <LiveState />
      </div>
    </header>
  );
}

const CONNECTIONS: Readonly<Record<Connection, { name: string; tone: Tone; about?: string }>> = {
  connecting: { name: 'Connecting', tone: 'warn' },
  live: { name: 'Live', tone: 'good' },
  paused: { name: 'Paused', tone: 'warn', about: 'Other tabs are live. This one goes on when you click into it.' },
  lost: { name: 'Not connected', tone: 'bad', about: 'What you see is not kept up to date.' },
};

function LiveState() {
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => live.onConnection(setConnection), []);
  const { name, tone, about } = CONNECTIONS[connection];
  return (
    <div class="live" role="status">
      <State of={name} tone={tone} />
      {about && <p>{about}</p>}
      {connection === 'lost' && (
        <p>
          If the command has ended, run <code>breakwater dashboard</code> again.
        </p>
      )}
    </div>
  );
}

/** The fragment holds the view: the link must not change it. */
function skipTo(event: Event, target: HTMLElement | null): void {
  event.preventDefault();
  target?.focus();
}

/** Without access: the link was used, or the command that gave it has ended. */
export function Locked() {
  useEffect(() => onAccessGiven(() => location.reload()), []);
  return (
    <main class="locked">
      <h1>This page needs a new link</h1>
      <p>
        A link opens the dashboard once, in one browser, until the command ends. Run <code>breakwater dashboard</code>{' '}
        again and open the link that it prints.
      </p>
    </main>
  );
}
