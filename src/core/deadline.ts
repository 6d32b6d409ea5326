/** When something must have ended. Steps of the machine's clock do not move it. */
export interface Deadline {
  /** Milliseconds that are left; negative once it has passed. */
  remainingMs(): number;
}

export function deadlineIn(ms: number): Deadline {
  const at = performance.now() + ms;
  return { remainingMs: () => at - performance.now() };
}
