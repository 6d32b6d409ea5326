import { useState } from 'preact/hooks';
import type { Breaker, Span } from './breaker-history.ts';
import { spansOf } from './breaker-history.ts';
import { Ago, Empty, formatTime, Scroller, State, useNow } from './parts.tsx';

const RANGES = [
  { name: '1 hour', ms: 3_600_000 },
  { name: '24 hours', ms: 86_400_000 },
  { name: '7 days', ms: 604_800_000 },
] as const;
type Range = (typeof RANGES)[number];

const WIDTH = 1000;
const HEIGHT = 18;
/** What lasts for a moment, or has just begun, is seen too. */
const MIN_WIDTH = 3;
const TICKS = 6;

export function BreakerChart({ breakers }: { breakers: readonly Breaker[] }) {
  const [range, setRange] = useState<Range>(RANGES[1]);
  // What changed since the clock was last looked at lies before its end all the same.
  const now = Math.max(useNow(), Date.now());
  if (breakers.length === 0) {
    return (
      <Empty title="No breaker yet">Each host of a configured integration has one for reads and one for writes.</Empty>
    );
  }
  return (
    <div class="panel">
      <fieldset class="choices">
        <legend class="hidden">Time shown</legend>
        {RANGES.map((choice) => (
          <label key={choice.name}>
            <input type="radio" name="range" checked={choice === range} onChange={() => setRange(choice)} />
            <span>{choice.name}</span>
          </label>
        ))}
      </fieldset>
      <ul class="lanes">
        {breakers.map((breaker) => (
          <Lane key={breaker.breaker} breaker={breaker} start={now - range.ms} end={now} />
        ))}
      </ul>
      <Axis range={range} now={now} />
      <Legend />
      <Transitions breakers={breakers} />
    </div>
  );
}

function Lane({ breaker, start, end }: { breaker: Breaker; start: number; end: number }) {
  const spans = spansOf(breaker, start, end);
  const x = (at: number) => ((at - start) / (end - start)) * WIDTH;
  return (
    <li class="lane">
      <span class="lane-name">{breaker.breaker}</span>
      <State of={breaker.state} />
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summaryOf(breaker, spans)}
      >
        {spans.map((span) => (
          <rect
            key={span.from}
            class={`span ${span.state}`}
            x={Math.min(x(span.from), WIDTH - MIN_WIDTH)}
            width={Math.max(MIN_WIDTH, x(span.to) - x(span.from))}
            height={HEIGHT}
          >
            <title>{`${span.state.replace('_', ' ')} from ${formatTime(span.from)}${span.reason ? `: ${span.reason}` : ''}`}</title>
          </rect>
        ))}
      </svg>
      <p class="lane-note">{noteOf(breaker)}</p>
    </li>
  );
}

function summaryOf({ breaker, state }: Breaker, spans: readonly Span[]): string {
  const openings = spans.filter((span) => span.state === 'open' || span.state === 'forced_open').length;
  return `${breaker} is ${state.replace('_', ' ')}; open ${openings} ${openings === 1 ? 'time' : 'times'} in the time shown`;
}

function noteOf({ forced, last_error, failures, state }: Breaker): string {
  if (forced !== undefined) return `Held by ${forced.owner}: ${forced.reason}`;
  if (state !== 'closed') return last_error ?? '';
  return failures === 0 ? '' : `${failures} failures in a row, last ${last_error ?? 'unknown'}`;
}

function Axis({ range, now }: { range: Range; now: number }) {
  const format = new Intl.DateTimeFormat(
    undefined,
    range.ms > 86_400_000 ? { weekday: 'short', day: 'numeric' } : { hour: '2-digit', minute: '2-digit' },
  );
  const times = Array.from({ length: TICKS + 1 }, (_, index) => now - range.ms * (1 - index / TICKS));
  return (
    <div class="axis" aria-hidden="true">
      {times.map((at) => (
        <span key={at}>{format.format(at)}</span>
      ))}
    </div>
  );
}

function Legend() {
  const names = { closed: 'closed', open: 'open', half_open: 'half open', forced_open: 'forced' };
  return (
    <ul class="legend">
      {Object.entries(names).map(([state, name]) => (
        <li key={state}>
          <svg viewBox="0 0 14 10" aria-hidden="true">
            <rect class={`span ${state}`} width="14" height="10" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Transitions({ breakers }: { breakers: readonly Breaker[] }) {
  const all = breakers
    .flatMap(({ breaker, transitions }) => transitions.map((transition) => ({ breaker, ...transition })))
    .sort((a, b) => b.at.localeCompare(a.at));
  if (all.length === 0) return <p class="quiet">No breaker has ever changed its state.</p>;
  return (
    <details>
      <summary>All {all.length} changes as a table</summary>
      <Scroller label="Changes of state">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Breaker</th>
              <th scope="col">Change</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {all.map(({ breaker, from, to, at, reason }) => (
              <tr key={`${breaker} ${at} ${to}`}>
                <td>
                  <Ago at={at} />
                </td>
                <td>{breaker}</td>
                <td>
                  {from.replace('_', ' ')} → {to.replace('_', ' ')}
                </td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
