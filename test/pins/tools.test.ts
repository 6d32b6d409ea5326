import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTool } from '../../scripts/describe-tool.ts';
import { resources } from '../../src/resources/registry.ts';
import { tools } from '../../src/tools/registry.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const listed = tools.map(describeTool);

/** Files of src/tools that are no tools. */
const FRAME = [
  'call-tool.ts',
  'confirmation.ts',
  'offer-tools.ts',
  'registry.ts',
  'tool-list.d.json.ts',
  'tool-list.json',
  'toolsets.ts',
];

describe('tool list', () => {
  it('holds exactly the tools of the contract so far', () => {
    expect(tools.map(({ name }) => name)).toEqual(TOOL_NAMES);
  });

  it('equals the reviewed list (npm run gen rewrites it)', () => {
    expect(listed).toEqual(JSON.parse(readFileSync(resolve(ROOT, 'src/tools/tool-list.json'), 'utf8')));
  });

  it('has one file per tool, named after it', () => {
    const files = readdirSync(resolve(ROOT, 'src/tools')).filter((file) => !FRAME.includes(file));
    expect(files).toEqual(tools.map(({ name }) => `${name.replaceAll('_', '-')}.ts`).sort());
  });

  it('stays small: at most 26 tools and 48 KB', () => {
    expect(tools.length).toBeLessThanOrEqual(26);
    expect(JSON.stringify(listed).length).toBeLessThanOrEqual(48 * 1024);
    expect(JSON.stringify(listed).length).toBeLessThanOrEqual(47_600);
  });

  it.each(listed)('$name keeps the conventions', ({
    name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations,
  }) => {
    expect(name).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
    expect(`mcp__plugin_breakwater_breakwater__${name}`.length).toBeLessThanOrEqual(64);
    expect(title.length).toBeGreaterThan(5);
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(outputSchema).toMatchObject({ type: 'object' });
    for (const [field, schema] of Object.entries(inputSchema.properties ?? {})) {
      expect(schema, `${field} has no description`).toHaveProperty('description');
    }
    expect(annotations).toEqual({
      readOnlyHint: expect.any(Boolean),
      destructiveHint: expect.any(Boolean),
      idempotentHint: expect.any(Boolean),
      openWorldHint: expect.any(Boolean),
    });
    expect(annotations.readOnlyHint && annotations.destructiveHint).toBe(false);
  });

  it('marks as read-only exactly the tools that change nothing', () => {
    const readOnly = listed.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name);
    expect(readOnly).toEqual([
      'list_integrations',
      'read_api',
      'retrieve_payment_intent',
      'breaker_status',
      'verify_webhook',
      'sign_webhook',
      'list_webhook_events',
      'detect_repository',
      'check_integration',
      'search_memories',
      'get_memory',
    ]);
  });
});

describe('resources', () => {
  it('has the resources of the contract so far', () => {
    expect(resources.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'integration://{name}',
      'breaker://{integration}',
      'payment://{id}',
      'subscription://{id}',
      'service://metrics',
      'memory://recent',
      'memory://{id}',
      'webhook-event://{id}',
      'guide://{topic}',
    ]);
  });
});
