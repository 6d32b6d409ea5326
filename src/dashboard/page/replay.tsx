import { useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { call, toError } from './api.ts';
import { Failure, State } from './parts.tsx';

interface ReplayAnswer {
  attempts: { event: string; status: string | number; ms: number; answer?: string }[];
  verdict: { point: string; result: string; evidence?: string; fix?: string }[];
}

type Run =
  | { state: 'idle' }
  | { state: 'running' }
  | { state: 'done'; answer: ReplayAnswer }
  | { state: 'failed'; error: ApiError };

interface ReplayProps {
  id: string;
  /** Where it was sent last. */
  lastTarget: string | undefined;
  onDone(): void;
}

/** Sends an event to a handler on this machine and shows what that made of it. */
export function Replay({ id, lastTarget, onDone }: ReplayProps) {
  const [to, setTo] = useState(lastTarget ?? '');
  const [run, setRun] = useState<Run>({ state: 'idle' });
  const replay = async (event: SubmitEvent) => {
    event.preventDefault();
    setRun({ state: 'running' });
    try {
      const answer = await call<ReplayAnswer>('replay_webhook', { ids: [id], ...(to !== '' && { to }) });
      setRun({ state: 'done', answer });
    } catch (thrown) {
      setRun({ state: 'failed', error: toError(thrown) });
    }
    onDone();
  };
  return (
    <form class="replay" onSubmit={replay}>
      <label>
        Handler on this machine
        <input
          type="url"
          required
          placeholder="http://127.0.0.1:3000/webhooks"
          value={to}
          onInput={({ currentTarget }) => setTo(currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={run.state === 'running'}>
        Replay
      </button>
      <div class="result" role="status">
        {run.state === 'running' && 'Sending…'}
        {run.state === 'done' && <Result {...run.answer} />}
      </div>
      {run.state === 'failed' && <Failure error={run.error} />}
    </form>
  );
}

function Result({ attempts, verdict }: ReplayAnswer) {
  return (
    <>
      {attempts.map(({ event, status, ms, answer }) => (
        <p key={event}>
          The handler answered <strong>{status}</strong> in {ms} ms
          {answer ? (
            <>
              : <code>{answer}</code>
            </>
          ) : (
            '.'
          )}
        </p>
      ))}
      <ul class="points">
        {verdict.map(({ point, result, evidence, fix }) => (
          <li key={point}>
            <State of={result} /> {point.replaceAll('_', ' ')}
            {evidence && <span class="quiet"> {evidence}</span>}
            {result === 'fail' && fix && <span> {fix}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
