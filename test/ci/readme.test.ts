import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { ROOT } from '../support/server-process.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe.skipIf(!CI_RUN)('what the README says', () => {
  it('the demo runs in under a minute, plain when there is no terminal', { timeout: 120_000 }, () => {
    expect(readme).toContain('npm ci && npm run demo');
    const started = performance.now();
    const output = execFileSync('npm', ['run', '--silent', 'demo'], { cwd: ROOT, encoding: 'utf8' });
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(output).toContain('Everything went as told');
    expect(output).not.toContain(String.fromCharCode(27));
  });

  it('the configuration for clients is JSON with an existing command', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
    const { mcpServers } = JSON.parse(json) as { mcpServers: Record<string, { args: string[] }> };
    const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
    expect(mcpServers['breakwater']?.args).toEqual(['-y', name]);
  });
});
