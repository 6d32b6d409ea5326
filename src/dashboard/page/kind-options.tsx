import { CONTEXT_TYPES } from '../../memory/memory.ts';

/** The kinds of memories, to choose from. */
export function KindOptions() {
  return CONTEXT_TYPES.map((name) => (
    <option key={name} value={name}>
      {name.replaceAll('_', ' ')}
    </option>
  ));
}
