import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { call } from './api.ts';
import { KindOptions } from './kind-options.tsx';
import { toError } from './live.ts';
import type { WholeMemory } from './memory-detail.tsx';
import { Failure } from './parts.tsx';

interface MemoryFormProps {
  memory: WholeMemory;
  onClose(isSaved: boolean): void;
}

/** Changes a memory as `update_memory` does: the earlier version is kept. */
export function MemoryForm({ memory, onClose }: MemoryFormProps) {
  // What was there when the editing began: meanwhile another agent may change the memory.
  const [initial] = useState(() => draftOf(memory));
  const [draft, setDraft] = useState(initial);
  const [error, setError] = useState<ApiError>();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const set = (changes: Partial<Draft>) => setDraft((old) => ({ ...old, ...changes }));
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const changes = changesOf(initial, draft);
    if (Object.keys(changes).length === 0) return onClose(false);
    try {
      await call('update_memory', { memory_id: memory.memory_id, ...changes });
      onClose(true);
    } catch (thrown) {
      setError(toError(thrown));
    }
  };
  return (
    <form class="form" onSubmit={save}>
      <h2>Edit memory</h2>
      <label>
        Summary
        <input
          ref={first}
          value={draft.summary}
          onInput={({ currentTarget }) => set({ summary: currentTarget.value })}
        />
      </label>
      <label>
        Content
        <textarea
          rows={10}
          required
          value={draft.content}
          onInput={({ currentTarget }) => set({ content: currentTarget.value })}
        />
      </label>
      <div class="fields">
        <label>
          Kind
          <select
            value={draft.context_type}
            onChange={({ currentTarget }) => set({ context_type: currentTarget.value })}
          >
            <KindOptions />
          </select>
        </label>
        <label>
          Importance
          <input
            type="number"
            min="1"
            max="10"
            required
            value={draft.importance}
            onInput={({ currentTarget }) => set({ importance: currentTarget.valueAsNumber })}
          />
        </label>
        <label>
          Category
          <input value={draft.category} onInput={({ currentTarget }) => set({ category: currentTarget.value })} />
        </label>
      </div>
      <label>
        Tags, separated by commas
        <input value={draft.tags} onInput={({ currentTarget }) => set({ tags: currentTarget.value })} />
      </label>
      <Failure error={error} />
      <div class="actions">
        <button type="submit" class="primary">
          Save
        </button>
        <button type="button" onClick={() => onClose(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}

interface Draft {
  summary: string;
  content: string;
  context_type: string;
  importance: number;
  category: string;
  tags: string;
}

function draftOf({ summary, content, context_type, importance, category = '', tags }: WholeMemory): Draft {
  return { summary, content, context_type, importance, category, tags: tags.join(', ') };
}

/** Only what differs: the rest stays as others may have made it. */
function changesOf(before: Draft, after: Draft): object {
  const { tags, ...same } = after;
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(same).filter(([name, value]) => old.get(name) !== value);
  const list = tags
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);
  return { ...Object.fromEntries(changed), ...(tags === before.tags ? {} : { tags: list }) };
}
