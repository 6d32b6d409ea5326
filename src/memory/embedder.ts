/** Turns texts into vectors whose directions are near when the texts mean alike. Optional: search works without it. */
export interface Embedder {
  /** What the workspace has configured, as a name that changes whenever its vectors do; undefined for nothing. */
  model(workspace: string): Promise<string | undefined>;
  /** One vector for each text, all of one length. Throws when the service is away. */
  embed(workspace: string, texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}
