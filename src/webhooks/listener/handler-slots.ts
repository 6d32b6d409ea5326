/** Deliveries under way to one handler; what more there is waits in the log, so that a handler that hangs holds up no other. */
const MAX_PER_HANDLER = 16;

/** Who may send to which handler now, and for which handlers others wait. A handler is a host and port. */
export class HandlerSlots {
  readonly #taken = new Map<string, number>();
  readonly #awaited = new Set<string>();

  /** False when the event has to wait. @param isNext it has waited: those that have not let it go first. */
  take(handler: string, isNext: boolean): boolean {
    const taken = this.#taken.get(handler) ?? 0;
    const isFree = taken < MAX_PER_HANDLER && (isNext || !this.#awaited.has(handler));
    if (isFree) this.#taken.set(handler, taken + 1);
    else this.#awaited.add(handler);
    return isFree;
  }

  free(handler: string): void {
    const left = (this.#taken.get(handler) ?? 1) - 1;
    if (left > 0) this.#taken.set(handler, left);
    else this.#taken.delete(handler);
  }

  /** Handlers for which events wait, each with the number that can go now. */
  openings(): [handler: string, room: number][] {
    const rooms = [...this.#awaited].map((handler): [string, number] => [
      handler,
      MAX_PER_HANDLER - (this.#taken.get(handler) ?? 0),
    ]);
    return rooms.filter(([, room]) => room > 0);
  }

  /** Nothing waits for it any more. */
  forget(handler: string): void {
    this.#awaited.delete(handler);
  }
}
