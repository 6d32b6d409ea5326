import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** Every module that a file brings along when it is loaded: types and `import()` bring nothing. */
function loadedWith(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  const text = readFileSync(join(SRC, entry), 'utf8');
  for (const [, target = ''] of text.matchAll(/^(?:import|export)(?! type\b)[^;']*'(\.[^']+\.ts)'/gm)) {
    loadedWith(relative(SRC, resolve(SRC, dirname(entry), target)), found);
  }
  return found;
}

const files = [...loadedWith('app.ts')];

it('a server at rest holds neither the tools nor the operations of providers', () => {
  expect(files.length).toBeGreaterThan(250);
  expect(files.filter((file) => file.startsWith('tools/')).sort()).toEqual([
    'tools/confirmation.ts',
    'tools/offer-tools.ts',
    'tools/toolsets.ts',
  ]);
  // What payments, mail and the search by meaning send themselves.
  expect(files.filter((file) => /^integrations\/.*\/operations\b/.test(file)).sort()).toEqual([
    'integrations/embeddings/operations.ts',
    'integrations/sendgrid/operations/mail-rules.ts',
    'integrations/sendgrid/operations/mail-schema.ts',
    'integrations/sendgrid/operations/send-mail.ts',
    'integrations/stripe/operations/payments.ts',
  ]);
});
