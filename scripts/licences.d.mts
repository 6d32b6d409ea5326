export interface BundledPackage {
  name: string;
  version: string;
  /** SPDX expression. */
  license: string;
  /** What its licence and notice files say. */
  text: string;
}

/** The packages that esbuild took files from, by its metafiles. */
export function bundledPackages(metafiles: readonly { inputs: object }[]): BundledPackage[];

/** One text with every notice. Throws for a licence that is not allowed. */
export function noticesOf(packages: readonly BundledPackage[]): string;
