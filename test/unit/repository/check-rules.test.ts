import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../src/repository/check/check-source.ts';
import { rules } from '../../../src/repository/check/rules.ts';

const FACTS = { stripeSinceBasil: true };
const found = (text: string) => checkSource('src/example.ts', text, FACTS).map(({ rule }) => rule.id);

describe('every rule', () => {
  it.each(rules)('$id finds its bad example and passes its good one', ({ id, bad, good }) => {
    const context =
      id === 'missing-timeout'
        ? "import axios from 'axios';\n"
        : id.includes('retry') || id === 'secret-literal'
          ? "import axios from 'axios';\nimport Stripe from 'stripe';\n"
          : '';
    expect(found(context + bad)).toContain(id);
    expect(found(context + good)).not.toContain(id);
  });

  it.each(rules)('$id explains itself', ({ id, title, why, fix, source }) => {
    expect(id).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
    expect(source).toMatch(/^https:\/\//);
    for (const text of [title, why, fix]) expect(text.length).toBeGreaterThan(15);
  });
});
