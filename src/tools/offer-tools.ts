import type { ListedTool } from '../core/listed-tool.ts';
import type { Tool } from '../core/tool.ts';
import type { ToolDeps } from './registry.ts';
import type { Offered } from './toolsets.ts';

/** The tools that a server offers, in their order. */
export interface OfferedTools<Deps> {
  /** As clients are told of them. Needs no schema: those of all tools are built with the first call. */
  list(): Promise<readonly ListedTool[]>;
  load(): Promise<readonly Tool<Deps>[]>;
}

export function offerTools(offered: Offered): OfferedTools<ToolDeps> {
  let loaded: readonly Tool<ToolDeps>[] | undefined;
  return {
    async list() {
      const { default: all } = await import('./tool-list.json', { with: { type: 'json' } });
      return offered.tools(all);
    },
    async load() {
      if (loaded !== undefined) return loaded;
      const { tools } = await import('./registry.ts');
      loaded = offered.tools(tools);
      return loaded;
    },
  };
}
