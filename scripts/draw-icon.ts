/** Draws the icon of the plugin and the bundle, a breakwater with the sea before it: 512 × 512 pixels, antialiased. */
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const SIZE = 512;
/** Samples along each side of a pixel. */
const SAMPLES = 3;

type Colour = readonly [red: number, green: number, blue: number, alpha: number];
const NOTHING: Colour = [0, 0, 0, 0];
const NIGHT: Colour = [11, 37, 69, 255];
const WALL: Colour = [238, 244, 237, 255];
const WAVES: readonly Colour[] = [
  [19, 64, 116, 255],
  [52, 120, 178, 255],
  [141, 201, 230, 255],
];

/** The colour of a point; both coordinates run from 0 to 1, downwards. */
function colourAt(x: number, y: number): Colour {
  if (!isInRoundedSquare(x, y)) return NOTHING;
  if (isInWall(x, y)) return WALL;
  // Before the wall the sea is rough, behind it flat; the last wave is the nearest.
  const height = x < 0.56 ? 0.045 : 0;
  const wave = WAVES.findLast(
    (_, row) => y > 0.5 + row * 0.14 + height * Math.sin((x * 3.6 + row * 0.37) * Math.PI * 2),
  );
  return wave ?? NIGHT;
}

function isInRoundedSquare(x: number, y: number): boolean {
  const [dx, dy] = [x, y].map((value) => Math.max(Math.abs(value - 0.5) - 0.28, 0)) as [number, number];
  return Math.hypot(dx, dy) <= 0.22;
}

/** A tower of three blocks that grows towards its foot. */
function isInWall(x: number, y: number): boolean {
  const block = [0.2, 0.42, 0.64].findLastIndex((top) => y > top && y < top + 0.2);
  return block >= 0 && Math.abs(x - 0.6) < 0.06 + block * 0.025;
}

function pixel(column: number, row: number): number[] {
  const sum = [0, 0, 0, 0];
  for (let sample = 0; sample < SAMPLES ** 2; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / SIZE;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / SIZE;
    const [red, green, blue, alpha] = colourAt(x, y);
    for (const [index, value] of [red * alpha, green * alpha, blue * alpha, alpha].entries())
      sum[index] = (sum[index] ?? 0) + value;
  }
  const [red = 0, green = 0, blue = 0, alpha = 0] = sum;
  if (alpha === 0) return [0, 0, 0, 0];
  return [red / alpha, green / alpha, blue / alpha, alpha / SAMPLES ** 2].map(Math.round);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** 8 bits a channel, with alpha; each row begins with its filter, none. */
function png(): Buffer {
  const header = Buffer.from([0, 0, SIZE >> 8, SIZE & 255, 0, 0, SIZE >> 8, SIZE & 255, 8, 6, 0, 0, 0]);
  const indices = Array.from({ length: SIZE }, (_, index) => index);
  const rows = indices.flatMap((row) => [0, ...indices.flatMap((column) => pixel(column, row))]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.from(rows), { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

writeFileSync('plugin/.claude-plugin/icon.png', png());
