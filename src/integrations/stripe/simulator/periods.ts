import type { Recurring } from './billing-objects.ts';

const DAY_S = 24 * 60 * 60;
const MONTHS: Readonly<Record<string, number>> = { month: 1, year: 12 };

/**
 * The end of the billing period that contains or begins at `start`, counted from the anchor, so that a subscription that began on the
 * 31st ends its February on the last day and its March on the 31st. All in unix seconds, UTC.
 */
export function periodEnd(anchor: number, start: number, { interval, interval_count }: Recurring): number {
  const months = MONTHS[interval];
  if (months === undefined) {
    const length = interval_count * (interval === 'week' ? 7 * DAY_S : DAY_S);
    return anchor + (Math.floor((start - anchor) / length) + 1) * length;
  }
  const step = months * interval_count;
  const longestMonth = 31 * DAY_S;
  let count = Math.max(0, Math.floor((start - anchor) / (step * longestMonth)));
  while (addMonths(anchor, count * step) <= start) count += 1;
  return addMonths(anchor, count * step);
}

/** Clamped to the last day of the month. */
function addMonths(seconds: number, months: number): number {
  const date = new Date(seconds * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return Math.floor(date.getTime() / 1000);
}
