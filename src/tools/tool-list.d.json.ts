import type { ListedTool } from '../core/listed-tool.ts';

/** What the tools say of themselves, written by `npm run gen`. */
declare const toolList: readonly ListedTool[];
export = toolList;
