import type { Node } from '@babel/types';
import { isRetryFunction, retries } from '../facts/retries.ts';
import type { Rule } from '../rule.ts';
import { hits } from '../rule.ts';
import { CALLS } from '../syntax/expressions.ts';
import { functionName } from '../syntax/functions.ts';
import { isType } from '../syntax/nodes.ts';
import { isFunction } from '../syntax/scope.ts';
import type { SourceModule } from '../syntax/source-module.ts';

const DECIDES = /^_?(?:should|is|can|may|must)_?\w*(?:retr|repeat)/i;
const RETRY_AFTER = /retry_?-?after/i;

export const retryAfterIgnored: Rule = {
  id: 'retry-after-ignored',
  title: 'A 429 is repeated without looking at Retry-After',
  severity: 'info',
  why: 'The service said when it will answer again; coming back earlier counts against the limit and prolongs it.',
  fix: 'Wait at least as long as the Retry-After header says (seconds or a date), then the backoff.',
  source: 'https://www.rfc-editor.org/rfc/rfc9110#name-retry-after',
  bad: `const shouldRetry = (error) => error.status === 429 || error.status >= 500;
async function load() {
  try { return await client.get('/a'); } catch (error) {
    if (shouldRetry(error)) return retryWithBackoff(() => client.get('/a'), { retries: 3, delayMs: 500 });
    throw error;
  }
}`,
  good: `const shouldRetry = (error) => error.status === 429 || error.status >= 500;
const load = () => retryWithBackoff(() => client.get('/a'), { shouldRetry, delayMs: (error) => retryAfterMs(error) ?? 500 });`,
  find(module) {
    if (retries(module).length === 0 || mentions(module)) return [];
    return hits(module.all('BinaryExpression').filter((node) => asksFor429(node) && decidesAlone(module, node)));
  },
};

const mentions = (module: SourceModule) =>
  module.all('Identifier').some(({ name }) => RETRY_AFTER.test(name)) ||
  module.all('StringLiteral').some(({ value }) => RETRY_AFTER.test(value));

function asksFor429(node: Node): boolean {
  if (!isType(node, 'BinaryExpression') || !['===', '=='].includes(node.operator)) return false;
  return isType(node.right, 'NumericLiteral') && node.right.value === 429;
}

/** The answer of `shouldRetry`; a retry function that is handed it sees the error, and may know the header. */
function decidesAlone(module: SourceModule, node: Node): boolean {
  const outer = module.functionOf(node);
  const name = outer === undefined ? '' : (functionName(module, outer) ?? '');
  if (!DECIDES.test(name)) return false;
  const given = module.all(...CALLS).filter((call) => isRetryFunction(module, call));
  const settings = given.flatMap((call) => call.arguments).filter((argument) => !isFunction(argument));
  return !settings.some((argument) => module.within(argument, 'Identifier').some((inner) => inner.name === name));
}
