import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Colour on a terminal; plain text elsewhere and under NO_COLOR (https://no-color.org). */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Rows in columns as wide as their widest cell. @param paintCell colours a cell after it got its width. */
export function formatTable(
  rows: readonly (readonly string[])[],
  paintCell: (cell: string, column: number, row: number) => string = (cell) => cell,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row, at) =>
      row
        .map((cell, column) =>
          paintCell(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0), column, at),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A text below another, further in. */
export function indent(text: string, by = '  '): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `${by}${line}`))
    .join('\n');
}

/** Local time of day of an ISO time, with the date where it is another day. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  const pad = (value: number) => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(':');
  if (time.toDateString() === new Date().toDateString()) return clock;
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${clock}`;
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A duration to two figures or so: what matters of a skew or a wait. */
export function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
