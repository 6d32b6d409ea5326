import type { Toolset } from '../core/toolset.ts';
import { toolsetOf } from '../tools/toolsets.ts';

export interface Icon {
  src: string;
  mimeType: string;
  sizes: string[];
}

const PATHS: Readonly<Record<Toolset, string>> = {
  integrations: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  payments: 'M3 6h18v12H3zM3 10h18',
  resilience: 'M3 13h5l8-6M16 13h5',
  webhooks: 'M4 12h12M12 8l4 4-4 4M20 5v14',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
  memory: 'M4 8v8c0 4 16 4 16 0V8c0 4-16 4-16 0 0-4 16-4 16 0',
};

/** Two waves that a wall breaks. */
export const SERVER_ICONS = drawn('<path d="M2 9q3-4 6 0t6 0M2 15q3-4 6 0t6 0"/><path d="M19 4v16" stroke-width="4"/>');

/**
 * Those of a prompt or of a kind of resource: its toolset's. Tools have none: 26 times the smallest icon that can be recognised is more
 * than is left of the 48 KB that all their definitions may have.
 */
export function iconsOf(name: string): Icon[] {
  const toolset = toolsetOf(name);
  return toolset === undefined ? SERVER_ICONS : drawn(`<path d="${PATHS[toolset]}"/>`);
}

function drawn(paths: string): Icon[] {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0b7285" stroke-width="2" stroke-linecap="round">${paths}</svg>`;
  return [{ src: `data:image/svg+xml,${encodeURIComponent(svg)}`, mimeType: 'image/svg+xml', sizes: ['any'] }];
}
