import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ProjectFolder } from '../../src/core/project-folder.ts';
import { catalogue } from '../../src/integrations/catalogue.ts';
import { RepositoryDetector } from '../../src/repository/detect.ts';
import { Scaffolder } from '../../src/repository/scaffold/scaffolder.ts';

export const LIBRARY = '@metasaver/multi-mono';

export function temporaryRepository(files: Readonly<Record<string, string | object>>) {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-repository-')));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, 'project');
  mkdirSync(root);
  const write = (path: string, content: string | object) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  const project = new ProjectFolder(root);
  const detector = new RepositoryDetector(project, LIBRARY);
  return { base, root, write, detector, scaffolder: new Scaffolder(project, detector, catalogue) };
}
