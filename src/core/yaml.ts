import { parse } from 'yaml';

/**
 * Without warnings, which would go to standard error. Loaded on use with `await import`, because few sessions read YAML. Not `import('yaml')` itself: bundled, a CommonJS package that is
 * imported dynamically has a default export and no named ones.
 * @param maxAliasCount a short text of nested aliases would unfold to gigabytes
 * @throws what `yaml` throws for a text that it cannot read
 */
export function parseYaml(text: string, maxAliasCount: number): unknown {
  return parse(text, { maxAliasCount, logLevel: 'error' });
}
