import { findSecret } from './redact.ts';

/** Looks up secrets by the name of their environment variable, at the moment of use. `settings.ts` implements it. */
export interface Secrets {
  /** The value, or undefined when the variable is unset, empty or still a literal `${NAME}`. */
  get(name: string): string | undefined;
  /** Names of the variables that were looked up so far, and of those whose names and values say that they hold secrets. */
  names?: (() => readonly string[]) | undefined;
  /** Masks every value looked up so far, and those whose names say that they are secrets. */
  mask?: ((text: string) => string) | undefined;
}

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Long, with digits and without an underscore: random text, such as a hex secret, that was given in the place of its name. */
const RANDOM_TEXT = /^(?=[A-Za-z]*\d)[A-Za-z0-9]{20,}$/;

/** True for text that can be the name of an environment variable and does not look like a secret itself. */
export function isEnvName(text: string): boolean {
  return ENV_NAME.test(text) && !RANDOM_TEXT.test(text) && findSecret(text) === undefined;
}
