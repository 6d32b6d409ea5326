/** Groups of tools, resources and prompts that can be offered alone; what is in them: `tools/toolsets.ts`. */
export const TOOLSETS = ['integrations', 'payments', 'resilience', 'webhooks', 'code', 'memory'] as const;
export type Toolset = (typeof TOOLSETS)[number];

/** What is offered to agents. */
export interface Offer {
  /** Undefined for all. */
  toolsets: readonly Toolset[] | undefined;
  /** True for tools that change nothing only. */
  readOnly: boolean;
}

export const EVERYTHING: Offer = { toolsets: undefined, readOnly: false };
