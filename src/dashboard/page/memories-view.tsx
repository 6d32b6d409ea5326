import { useState } from 'preact/hooks';
import type { z } from 'zod';
import type { searchAnswer } from '../../views/memory-search-view.ts';
import { call } from './api.ts';
import { KindOptions } from './kind-options.tsx';
import { MemoryDetail } from './memory-detail.tsx';
import { Empty, Failure, Rows, Split, State } from './parts.tsx';
import { hrefOf } from './route.ts';
import { useData } from './use-data.ts';

type Answer = z.output<typeof searchAnswer>;

const PAGE = 50;

export function MemoriesView({ id }: { id: string | undefined }) {
  const [query, setQuery] = useState('');
  const [kind, setKind] = useState('');
  const [everywhere, setEverywhere] = useState(false);
  const args = { query, limit: PAGE, all_workspaces: everywhere, ...(kind && { context_types: [kind] }) };
  const { value, error, reload } = useData(JSON.stringify(args), ['memories'], (signal) =>
    call<Answer>('search_memories', args, signal),
  );
  const list = (
    <>
      <search class="tools">
        <label class="grow">
          Search
          <input
            type="search"
            value={query}
            placeholder="Words, identifiers, …"
            onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          />
        </label>
        <label>
          Kind
          <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
            <option value="">all</option>
            <KindOptions />
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={everywhere}
            onChange={({ currentTarget }) => setEverywhere(currentTarget.checked)}
          />
          all projects
        </label>
      </search>
      <Failure error={error} />
      {value && <MemoryRows answer={value} chosen={id} isFiltered={query !== '' || kind !== ''} />}
    </>
  );
  return <Split list={list} detail={<MemoryDetail key={id} id={id} onChange={reload} />} />;
}

interface MemoryRowsProps {
  answer: Answer;
  chosen: string | undefined;
  isFiltered: boolean;
}

function MemoryRows({ answer: { results, next_cursor }, chosen, isFiltered }: MemoryRowsProps) {
  if (results.length === 0 && isFiltered) return <Empty title="Nothing found">Try other words, or all kinds.</Empty>;
  if (results.length === 0) {
    return (
      <Empty title="No memory yet">
        Agents store what they decide with <code>store_memory</code>. Ask yours: “Remember that we use test keys only.”
      </Empty>
    );
  }
  const rows = results.map(({ memory_id, summary, context_type, agent, tags = [], timestamp = 0 }) => ({
    id: memory_id,
    href: hrefOf('memories', memory_id),
    title: summary,
    state: <State of={context_type} tone="calm" />,
    about: [agent, ...tags.map((tag) => `#${tag}`)].join(' '),
    at: timestamp,
  }));
  return (
    <>
      <Rows rows={rows} chosen={chosen} label="Memories" />
      {next_cursor !== undefined && <p class="quiet">There are more: search for words to narrow it down.</p>}
    </>
  );
}
