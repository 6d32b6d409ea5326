import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTool } from '../../scripts/describe-tool.ts';
import { tools } from '../../src/tools/registry.ts';
import { ROOT } from '../support/server-process.ts';

/** Said once, above the table of payments. */
const SAID_ABOVE = ['integration', 'confirm_token'];

const rows = readFileSync(join(ROOT, 'docs/tools.md'), 'utf8')
  .split('\n')
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, name = '', effect, args = '']) => ({ name: name.replaceAll(/[*`]/g, ''), effect, args }));

describe('docs/tools.md', () => {
  it('has every tool once, in order', () => {
    const names = tools.map(({ name }) => name);
    expect(rows.map(({ name }) => name).filter((name) => names.includes(name))).toEqual(names);
  });

  it.each(tools)('tells effect and arguments of $name', (tool) => {
    const { effect, args = '' } = rows.find(({ name }) => name === tool.name) ?? {};
    expect(effect).toBe(tool.effect === 'read' || !tool.idempotent ? tool.effect : `${tool.effect}, idempotent`);
    const [, other] = /any field of `(\w+)`/.exec(args) ?? [];
    const told = other === undefined ? args : `${args} ${rows.find(({ name }) => name === other)?.args}`;
    const fields = Object.keys(describeTool(tool).inputSchema.properties ?? {});
    const missing = fields.filter((field) => !new RegExp(`\`${field}\\b`).test(told) && !SAID_ABOVE.includes(field));
    expect(missing).toEqual([]);
  });
});
