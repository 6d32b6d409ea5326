const [LINE_HEIGHT, MARGIN, WIDTH] = [23, 24, 820];

const STYLE = `
  svg { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
  rect { fill: #f6f8fa; stroke: #d0d7de } text { fill: #1f2328 } .done { fill: #1a7f37 } .chapter { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    rect { fill: #0d1117; stroke: #30363d } text { fill: #e6edf3 } .done { fill: #3fb950 }
  }`;

/** A picture of what the demo printed: its chapters and what each has shown, without the calls. */
export function demoPicture(lines: readonly string[]): string {
  const told = lines.filter((line) => /^(?:\d\. |\s+✓ |Everything)/.test(line));
  const rows: string[] = [];
  let y = MARGIN;
  for (const line of told) {
    const isResult = line.trimStart().startsWith('✓');
    y += isResult || rows.length === 0 ? LINE_HEIGHT : LINE_HEIGHT * 1.5;
    const [mark, x] = isResult ? ['<tspan class="done">✓</tspan>', MARGIN + 16] : ['', MARGIN];
    const kind = isResult ? '' : ' class="chapter"';
    rows.push(`  <text x="${x}" y="${y}"${kind}>${mark}${escapeText(line.trim().replace('✓', ''))}</text>`);
  }
  const height = y + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
  <title>What the demo shows, chapter by chapter</title>
  <style>${STYLE}
  </style>
  <rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${rows.join('\n')}
</svg>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
