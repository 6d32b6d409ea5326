import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { call, toError } from './api.ts';
import type { WholeMemory } from './memory-draft.ts';
import { MemoryForm } from './memory-form.tsx';
import { Empty, Facts, Failure, formatTime, Text } from './parts.tsx';
import { hrefOf } from './route.ts';
import { useData } from './use-data.ts';

interface MemoryDetailProps {
  id: string | undefined;
  onChange(): void;
}

export function MemoryDetail({ id, onChange }: MemoryDetailProps) {
  if (id === undefined) return <Empty title="Nothing chosen">Choose a memory to read, edit or delete it.</Empty>;
  return <Shown id={id} onChange={onChange} />;
}

function Shown({ id, onChange }: { id: string; onChange(): void }) {
  const { value, error, reload } = useData(id, [`memory://${id}`], (signal) => readMemory(id, signal));
  const [isEditing, setEditing] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) edit.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (error?.code === 'not_found') return <Empty title="This memory is gone">It was deleted, or it has expired.</Empty>;
  if (value === undefined) return <Failure error={error} />;
  const close = (saved: boolean) => {
    setEditing(false);
    setSaved(saved);
    if (saved) reload();
    if (saved) onChange();
  };
  return (
    <article aria-label="Memory">
      <p role="status" class="result">
        {isSaved && !isEditing && 'Saved.'}
      </p>
      {isEditing ? (
        <MemoryForm memory={value} onClose={close} />
      ) : (
        <>
          <Reading memory={value} />
          <div class="actions">
            <button type="button" class="primary" ref={edit} onClick={() => setEditing(true)}>
              Edit
            </button>
            <Deletion memory={value} onDone={onChange} />
          </div>
        </>
      )}
    </article>
  );
}

function Reading({ memory }: { memory: WholeMemory }) {
  return (
    <>
      <h2>{memory.summary}</h2>
      <Text label="Content" text={memory.content} />
      <Facts
        facts={{
          Kind: memory.context_type.replaceAll('_', ' '),
          Importance: `${memory.importance} of 10`,
          Tags: memory.tags.join(', '),
          Category: memory.category,
          'Stored by': memory.agent,
          Stored: formatTime(memory.timestamp),
          Expires: memory.expires_at && formatTime(memory.expires_at),
          Version: memory.version,
          Project: memory.is_global ? 'all' : memory.workspace,
          'Corrected by': memory.superseded_by && <a href={hrefOf('memories', memory.superseded_by)}>another memory</a>,
        }}
      />
    </>
  );
}

function Deletion({ memory, onDone }: { memory: WholeMemory; onDone(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError>();
  const remove = async () => {
    try {
      await call('delete_memory', { memory_id: memory.memory_id });
      dialog.current?.close();
      location.hash = hrefOf('memories');
      onDone();
    } catch (thrown) {
      setError(toError(thrown));
    }
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Delete…
      </button>
      <dialog ref={dialog} aria-labelledby="delete-title">
        <h2 id="delete-title">Delete this memory for good?</h2>
        <p>“{memory.summary}” goes with its versions and links. No agent will find it any more.</p>
        <Failure error={error} />
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep
          </button>
          <button type="button" class="danger" onClick={remove}>
            Delete
          </button>
        </div>
      </dialog>
    </>
  );
}

/** A long content comes in parts. */
async function readMemory(id: string, signal: AbortSignal): Promise<WholeMemory> {
  type Part = WholeMemory & { next_cursor?: string };
  let part = await call<Part>('get_memory', { memory_id: id }, signal);
  let content = part.content;
  while (part.next_cursor !== undefined) {
    part = await call<Part>('get_memory', { memory_id: id, cursor: part.next_cursor }, signal);
    content += part.content;
  }
  const { next_cursor: _, ...memory } = part;
  return { ...memory, content };
}
