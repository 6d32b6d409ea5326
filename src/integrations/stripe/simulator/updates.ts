import { isDeepStrictEqual } from 'node:util';

/** The parameters that were given: what was left out stays as it is. */
export function given<T extends object>(parameters: T): Partial<T> {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

/** The former values of what an update changed, as `previous_attributes` of events has them. */
export function changedFrom(before: object, after: object): object {
  const now = new Map(Object.entries(after));
  return Object.fromEntries(Object.entries(before).filter(([name, value]) => !isDeepStrictEqual(now.get(name), value)));
}
