import * as z from 'zod';
import type { ProjectFolder } from '../core/project-folder.ts';
import { defineTool } from '../core/tool.ts';
import { buildCheckAnswer, checkAnswer } from '../views/check-view.ts';

const input = z.strictObject({
  path: z.string().min(1).max(1024).describe('File or folder of the project; "." for all'),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .describe('next_cursor of the page before'),
});

export const checkIntegration = defineTool({
  name: 'check_integration',
  title: 'Check integration code',
  description:
    'Finds what breaks integrations in JavaScript and TypeScript: webhook signatures, duplicates, lost events, retries, breakers, timeouts, ' +
    'keys, money, removed fields. Use it on code you wrote. Answers findings[] {file, line, rule, severity, code, detail} and rules[] ' +
    '{rule, count, title, why, fix, source}. Accept one by a comment: breakwater-ignore rule: reason. Stores nothing.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input,
  output: checkAnswer,
  async run({ path, cursor }, { project }: { project: ProjectFolder }, { signal }) {
    // The parser is loaded by the first check, not by every start.
    const { checkProject } = await import('../repository/check/check-project.ts');
    return buildCheckAnswer(await checkProject(project, path, signal), Number(cursor ?? 0));
  },
});
