import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../support/database.ts';
import { fail, succeed } from '../support/server-process.ts';
import type { InMemoryServer } from './in-memory-server.ts';
import { connectInMemory } from './in-memory-server.ts';

const FAULTY = resolve(import.meta.dirname, '../fixtures/check/faulty');
const KEY = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_');

async function connectToProject() {
  const database = databasePath();
  const server = await connectInMemory({ databasePath: database });
  return { server, root: dirname(database) };
}

interface Page {
  total: number;
  findings: unknown[];
}

async function readPages(server: InMemoryServer): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: unknown;
  do {
    const args = { path: '.', ...(cursor === undefined ? {} : { cursor }) };
    const { total, findings, next_cursor } = await succeed(server, 'check_integration', args);
    pages.push({ total: total as number, findings: findings as unknown[] });
    cursor = next_cursor;
  } while (cursor !== undefined && pages.length < 50);
  return pages;
}

describe('check_integration', () => {
  it('says where, what, why and what to do, and shows no key', async () => {
    const { server, root } = await connectToProject();
    writeFileSync(join(root, 'pay.js'), `const Stripe = require('stripe');\nexports.stripe = new Stripe('${KEY}');\n`);
    const answer = await succeed(server, 'check_integration', { path: 'pay.js' });
    expect(answer).toEqual({
      files_checked: 1,
      total: 1,
      findings: [
        {
          file: 'pay.js',
          line: 2,
          rule: 'secret-literal',
          severity: 'error',
          code: "exports.stripe = new Stripe('…');",
        },
      ],
      rules: [
        {
          rule: 'secret-literal',
          severity: 'error',
          count: 1,
          title: 'A secret stands in the source',
          why: expect.stringContaining('has the key'),
          fix: expect.stringContaining('environment'),
          source: expect.stringMatching(/^https:/),
        },
      ],
    });
  });

  it('gives all findings of a project in pages', async () => {
    const { server, root } = await connectToProject();
    for (const name of readdirSync(FAULTY)) {
      const text = readFileSync(join(FAULTY, name), 'utf8');
      for (let copy = 0; copy < 8; copy += 1) writeFileSync(join(root, `${copy}-${name}`), text);
    }
    const pages = await readPages(server);
    const places = pages.flatMap(({ findings }) => findings).map((finding) => JSON.stringify(finding));
    expect(pages.length).toBeGreaterThan(1);
    expect(places.length).toBeGreaterThan(250);
    expect(new Set(places).size).toBe(places.length);
    for (const page of pages) expect(page.total).toBe(places.length);
  });

  it('refuses what lies outside of the project and what is not there', async () => {
    const { server } = await connectToProject();
    expect(await fail(server, 'check_integration', { path: '/etc' })).toMatchObject({ code: 'not_allowed' });
    expect(await fail(server, 'check_integration', { path: 'nope' })).toMatchObject({ code: 'not_found' });
  });
});
