/**
 * A busy machine can leave a test without time for seconds. What happens "at once" happens before this, in milliseconds; what is
 * waited for wrongly takes at least twice as long.
 */
export const AT_ONCE_MS = 5_000;

/** Milliseconds of processor time that work takes: what other processes do at the same time does not count. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
