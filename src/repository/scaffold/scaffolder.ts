import { join } from 'node:path';
import { AppError, abortError } from '../../core/errors.ts';
import type { ProjectFolder } from '../../core/project-folder.ts';
import type { Provider } from '../../integrations/provider.ts';
import type { RepositoryDetector } from '../detect.ts';
import { ProjectReader } from '../project-reader.ts';
import type { Blueprint, ScaffoldChoice } from './blueprint.ts';
import { createBlueprint } from './blueprint.ts';
import type { PlannedFile } from './compare.ts';
import { compareFiles, compareObsolete, formatDiff, hashesAfter } from './compare.ts';
import { formatManifest, MANIFEST_NAME, parseManifest } from './manifest.ts';
import { obsoletePaths, planFiles } from './plan.ts';
import { writeFiles } from './write-files.ts';

export interface ScaffoldRequest extends ScaffoldChoice {
  readonly service: string;
  /** Of the repository; the place inside it follows from what is there. */
  readonly path?: string | undefined;
  readonly isDryRun: boolean;
}

export interface ScaffoldResult {
  readonly blueprint: Blueprint;
  readonly files: readonly PlannedFile[];
  /** Unified; of a dry run. */
  readonly diff: string | undefined;
}

/** Writes the code of an integration into the repository at hand, and never over a file that somebody changed. */
export class Scaffolder {
  readonly #project: ProjectFolder;
  readonly #repositories: RepositoryDetector;
  readonly #catalogue: ReadonlyMap<string, Provider>;

  constructor(project: ProjectFolder, repositories: RepositoryDetector, catalogue: ReadonlyMap<string, Provider>) {
    this.#project = project;
    this.#repositories = repositories;
    this.#catalogue = catalogue;
  }

  /**
   * Throws `invalid_input` for what cannot be generated, `not_found` without a repository, `not_allowed` for a place outside of the
   * project, `unavailable` when the disk refuses; files written before that are whole, the outcome is then `executed`, and a repeat
   * completes them.
   */
  async scaffold(request: ScaffoldRequest, signal: AbortSignal): Promise<ScaffoldResult> {
    const provider = this.#provider(request.service);
    const blueprint = createBlueprint(provider, await this.#repositories.detect(request.path), request);
    const folder = join(blueprint.repository.root, blueprint.path);
    await this.#project.resolve(folder);
    const reader = new ProjectReader(this.#project, folder);
    const manifest = await reader.text(MANIFEST_NAME);
    const generated = parseManifest(manifest);
    const find = (path: string) => reader.find(path);
    const obsolete = await obsoletePaths(blueprint, Object.keys(generated));
    const files = [
      ...(await compareFiles(await planFiles(blueprint), generated, find)),
      ...(await compareObsolete(obsolete, generated, find)),
    ];
    if (request.isDryRun) return { blueprint, files, diff: await formatDiff(files) };
    if (signal.aborted) throw abortError(signal);
    const hashes = formatManifest(hashesAfter(files, obsolete, generated));
    await this.#write(folder, files, hashes === manifest ? undefined : hashes);
    return { blueprint, files, diff: undefined };
  }

  #provider(service: string): Provider {
    const provider = this.#catalogue.get(service);
    if (provider !== undefined && service !== 'custom' && service !== 'embeddings') return provider;
    throw new AppError('invalid_input', `There is no template for "${service}".`, {
      hint: 'list_integrations shows the providers; any of them with a webhook scheme can be generated.',
    });
  }

  /** The manifest comes last: after a crash the files are recognised by their text. */
  async #write(folder: string, files: readonly PlannedFile[], manifest: string | undefined): Promise<void> {
    const texts = files.flatMap(({ target, text }) => (target === undefined ? [] : [[target, text] as const]));
    const removed = files.filter(({ action }) => action === 'remove').map(({ path }) => path);
    const last = manifest === undefined ? [] : [[MANIFEST_NAME, manifest] as const];
    await writeFiles(this.#project, folder, { files: new Map(texts), removed, last: new Map(last) });
  }
}
