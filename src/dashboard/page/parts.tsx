import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

/** By the words of our own answers; what is not here is neither good nor bad. */
const TONES: Readonly<Record<string, Tone>> = {
  ok: 'good',
  closed: 'good',
  processed: 'good',
  succeeded: 'good',
  active: 'good',
  paid: 'good',
  executed: 'good',
  pass: 'good',
  incomplete: 'warn',
  half_open: 'warn',
  forced_closed: 'warn',
  pending: 'warn',
  processing: 'warn',
  requires_payment_method: 'warn',
  requires_confirmation: 'warn',
  requires_capture: 'warn',
  requires_action: 'warn',
  past_due: 'warn',
  unknown: 'warn',
  failing: 'bad',
  open: 'bad',
  forced_open: 'bad',
  failed: 'bad',
  fail: 'bad',
  unverified: 'bad',
  unpaid: 'bad',
  payment_failed: 'bad',
};

/** A state: its words say it, the colour only helps. */
export function State({ of, tone = TONES[of] ?? 'calm' }: { of: string; tone?: Tone }) {
  return <span class={`state ${tone}`}>{of.replaceAll('_', ' ')}</span>;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function formatTime(at: string | number): string {
  return absolute.format(new Date(at));
}

function formatAgo(at: number, now: number): string {
  const away = at - now;
  const [unit, ms] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? [];
  return unit === undefined || ms === undefined ? 'just now' : relative.format(Math.round(away / ms), unit);
}

/** The present, told anew every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function Ago({ at }: { at: string | number }) {
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={formatTime(at)}>
      {formatAgo(time.getTime(), useNow())}
    </time>
  );
}

/** Says what to do where there is nothing to see. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  );
}

export function Failure({ error }: { error: ApiError | undefined }) {
  if (error === undefined) return null;
  return (
    <p class="failure" role="alert">
      {error.message} {error.hint}
    </p>
  );
}

/** Names and values; what has no value is left out. */
export function Facts({ facts }: { facts: Readonly<Record<string, ComponentChildren>> }) {
  return (
    <dl class="facts">
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined && value !== false && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What may be longer than its place: named, and reachable by keyboard so that it can be scrolled. */
export function Scroller({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse could not scroll it otherwise (WCAG 2.1.1)
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

export function Text({ label, text }: { label: string; text: string }) {
  return (
    <Scroller label={label}>
      <pre>{text}</pre>
    </Scroller>
  );
}

export interface Row {
  id: string;
  href: string;
  title: ComponentChildren;
  state: ComponentChildren;
  about: ComponentChildren;
  at: string | number;
}

/** A list whose rows lead to what they name. */
export function Rows({ rows, chosen, label }: { rows: readonly Row[]; chosen: string | undefined; label: string }) {
  return (
    <ul class="rows" aria-label={label}>
      {rows.map(({ id, href, title, state, about, at }) => (
        <li key={id}>
          <a href={href} aria-current={id === chosen ? 'true' : undefined}>
            <span class="row-title">{title}</span>
            {state}
            <span class="row-about">{about}</span>
            <Ago at={at} />
          </a>
        </li>
      ))}
    </ul>
  );
}
