/** With `--quick` every measurement runs on small counts: that shows that it works, not what it says. */
export const QUICK = process.argv.includes('--quick');

export function sized(full: number, quick: number): number {
  return QUICK ? quick : full;
}
