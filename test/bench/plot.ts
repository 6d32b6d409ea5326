import type { Plot } from './row.ts';

const [WIDTH, HEIGHT] = [760, 340];
const AREA = { left: 70, right: 540, top: 40, bottom: 290 };
/** Told apart by colour and by mark; at least three to one against white and against GitHub's dark page. */
const STROKES = ['#3b82f6', '#e8590c', '#0f9d58', '#a855f7', '#e5484d'];
/** Text that can be read on both, as an image does not know the page it stands on. */
const INK = '#7a7a7a';
const MARK = 4;

interface Scale {
  ticks: number[];
  at(value: number): number;
}

type Series = Plot['series'][number];

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
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(title)}" font-family="sans-serif" font-size="13" fill="${INK}">`,
    text((AREA.left + AREA.right) / 2, 16, title, 'middle'),
    ...across.ticks.map((tick) => gridLine(across.at(tick), AREA.top, across.at(tick), AREA.bottom)),
    ...up.ticks.map((tick) => gridLine(AREA.left, up.at(tick), AREA.right, up.at(tick))),
    ...across.ticks.map((tick) => text(across.at(tick), AREA.bottom + 18, shorten(tick), 'middle')),
    ...up.ticks.map((tick) => text(AREA.left - 8, up.at(tick) + 4, shorten(tick), 'end')),
    text((AREA.left + AREA.right) / 2, AREA.bottom + 38, x, 'middle'),
    text(AREA.left - 8, AREA.top - 14, y, 'end'),
    ...series.map((each, index) => drawSeries(each, index, across, up, `${y} at`)),
    '</svg>\n',
  ].join('\n');
}

function drawSeries({ name, points }: Series, index: number, across: Scale, up: Scale, unit: string): string {
  const stroke = STROKES[index % STROKES.length] ?? INK;
  const path = points
    .map(([a, b], step) => `${step === 0 ? 'M' : 'L'}${round(across.at(a))} ${round(up.at(b))}`)
    .join('');
  const marks = points.map(([a, b]) => mark(across.at(a), up.at(b), index, stroke, `${name}: ${b} ${unit} ${a}`));
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>${marks.join('')}${legend(name, index, stroke)}`;
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

/** Beside the lines, never on them. */
function legend(name: string, index: number, stroke: string): string {
  const [x, y] = [AREA.right + 16, AREA.top + 12 + index * 24];
  const line = `<path d="M${x} ${y - 4}h22" stroke="${stroke}" stroke-width="2"/>`;
  return `${line}${mark(x + 11, y - 4, index, stroke, name)}${text(x + 30, y, name, 'start')}`;
}

/** A circle, a square, a triangle, a diamond: by the number of the series. */
function mark(x: number, y: number, index: number, fill: string, title: string): string {
  const [cx, cy] = [round(x), round(y)];
  const shapes = [
    `M${cx - MARK} ${cy}a${MARK} ${MARK} 0 1 0 ${2 * MARK} 0a${MARK} ${MARK} 0 1 0 ${-2 * MARK} 0z`,
    `M${cx - MARK} ${cy - MARK}h${2 * MARK}v${2 * MARK}h${-2 * MARK}z`,
    `M${cx} ${cy - MARK - 1}l${MARK + 1} ${2 * MARK}h${-2 * (MARK + 1)}z`,
    `M${cx} ${cy - MARK - 1}l${MARK + 1} ${MARK + 1}l${-MARK - 1} ${MARK + 1}l${-MARK - 1} ${-MARK - 1}z`,
  ];
  return `<path class="mark" d="${shapes[index % shapes.length]}" fill="${fill}"><title>${escapeXml(title)}</title></path>`;
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
