import type { Plot } from './row.ts';

const [WIDTH, HEIGHT] = [640, 320];
const AREA = { left: 70, right: 620, top: 34, bottom: 270 };
/** Told apart by colour and by mark, on light and on dark paper. */
const STROKES = ['#3b82f6', '#f97316', '#10b981', '#a855f7', '#ef4444'];
const INK = '#808080';

interface Scale {
  ticks: number[];
  at(value: number): number;
}

/** A plot as SVG, logarithmic on both axes: what grows in proportion is a line of slope one, what is constant a level line. */
export function drawPlot({ title, x, y, series }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const across = scale(
    points.map(([value]) => value),
    AREA.left,
    AREA.right,
  );
  const up = scale(
    points.map(([, value]) => value),
    AREA.bottom,
    AREA.top,
  );
  const lines = series.map(({ name, points: own }, index) => {
    const stroke = STROKES[index % STROKES.length] ?? INK;
    const path = own
      .map(([a, b], step) => `${step === 0 ? 'M' : 'L'}${round(across.at(a))} ${round(up.at(b))}`)
      .join('');
    const marks = own.map(([a, b]) => mark(across.at(a), up.at(b), `${name}: ${b} ${y} at ${a}`, stroke));
    return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>${marks.join('')}${legend(name, index, stroke)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(title)}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    text(WIDTH / 2, 16, title, 'middle'),
    ...across.ticks.map((tick) => gridLine(across.at(tick), AREA.top, across.at(tick), AREA.bottom)),
    ...up.ticks.map((tick) => gridLine(AREA.left, up.at(tick), AREA.right, up.at(tick))),
    ...across.ticks.map((tick) => text(across.at(tick), AREA.bottom + 16, shorten(tick), 'middle')),
    ...up.ticks.map((tick) => text(AREA.left - 6, up.at(tick) + 4, shorten(tick), 'end')),
    text(AREA.right, AREA.bottom + 34, x, 'end'),
    text(8, AREA.top - 8, y, 'start'),
    ...lines,
    '</svg>\n',
  ].join('\n');
}

/** From the power of ten below the least value to the one above the greatest. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const logs = (positive.length === 0 ? [1] : positive).map(Math.log10);
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs)));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from),
  };
}

function legend(name: string, index: number, stroke: string): string {
  const [x, y] = [AREA.left + 10, AREA.top + 16 + index * 18];
  return `<path d="M${x} ${y - 4}h18" stroke="${stroke}" stroke-width="2"/>${text(x + 24, y, name, 'start')}`;
}

function mark(x: number, y: number, title: string, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${fill}"><title>${escapeXml(title)}</title></circle>`;
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${INK}" stroke-opacity="0.25"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function shorten(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value >= 1_000 ? `${value / 1_000} k` : String(Number(value.toPrecision(1)));
}
