import { AppError } from '../core/errors.ts';
import { mergeResilience, resilienceConflict, resilienceSchema } from '../resilience/resilience-settings.ts';
import type { IntegrationConfig } from './integration.ts';
import type { LoadedProvider } from './provider.ts';

/** Saved limits with changed ones over them; `invalid_input` names the field, the class or the rule that is broken. */
export function buildResilience(
  provider: LoadedProvider,
  saved: IntegrationConfig['resilience'],
  input: Readonly<Record<string, unknown>>,
): IntegrationConfig['resilience'] {
  const given = parseResilience(withoutNulls(input));
  const kept = parseResilience(withoutNulls({ ...saved, ...onlyNulls(input) }));
  const merged = mergeResilience(kept, given);
  checkClasses(provider, merged);
  const conflict = resilienceConflict(merged);
  if (conflict !== undefined) throw new AppError('invalid_input', conflict, { hint: 'Change one of the two.' });
  return merged;
}

function parseResilience(input: unknown): IntegrationConfig['resilience'] {
  const parsed = resilienceSchema.safeParse(input, { reportInput: false });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AppError('invalid_input', `The limits are not valid: ${problems.join('; ')}.`, {
    hint: 'docs/resilience.md lists them with their defaults.',
  });
}

function checkClasses(provider: LoadedProvider, { classes = {} }: IntegrationConfig['resilience']): void {
  const known = new Set(Object.values(provider.api?.operations ?? {}).map((operation) => operation.class as string));
  const unknown = Object.keys(classes).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new AppError('invalid_input', `${provider.title} has no endpoint class ${unknown.join(', ')}.`, {
    hint: `Classes: ${[...known].sort().join(', ') || 'none'}.`,
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Null in what a user says unsets a saved value. */
export function withoutNulls(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function onlyNulls(fields: Fields): Record<string, null> {
  return Object.fromEntries(Object.keys(fields).flatMap((name) => (fields[name] === null ? [[name, null]] : [])));
}
