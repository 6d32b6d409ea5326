import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { call, toError } from './api.ts';
import { KindOptions } from './kind-options.tsx';
import type { Draft, WholeMemory } from './memory-draft.ts';
import { changesOf, draftOf } from './memory-draft.ts';
import { Failure } from './parts.tsx';

interface MemoryFormProps {
  memory: WholeMemory;
  onClose(isSaved: boolean): void;
}

/** Changes a memory as `update_memory` does: the earlier version is kept. */
export function MemoryForm({ memory, onClose }: MemoryFormProps) {
  // What was there when the editing began: meanwhile another agent may change the memory.
  const [initial] = useState(memory);
  const [draft, setDraft] = useState(() => draftOf(initial));
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
        Tags, one on each line
        <textarea rows={3} value={draft.tags} onInput={({ currentTarget }) => set({ tags: currentTarget.value })} />
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
