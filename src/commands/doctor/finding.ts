/** One thing that was looked at. */
export interface Finding {
  area: 'runtime' | 'settings' | 'database' | 'integrations' | 'hosts' | 'live mode' | 'clients';
  /** `warn` is worth knowing; `broken` keeps something from working. */
  level: 'ok' | 'warn' | 'broken';
  what: string;
  /** What to do about it. */
  fix?: string | undefined;
}
