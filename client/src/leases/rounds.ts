/** Does some work again and again, with a pause after each time; keeps no process alive. */
export class Rounds {
  readonly #work: () => Promise<void>;
  readonly #pauseMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isStopped = false;

  /** The work must not reject. The first time is as soon as whoever makes it has ended its turn. */
  constructor(work: () => Promise<void>, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
    this.#after(0);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    await this.#work();
    if (!this.#isStopped) this.#after(this.#pauseMs);
  }

  #after(ms: number): void {
    this.#timer = setTimeout(() => void this.#round(), ms);
    // Node only.
    const timer: unknown = this.#timer;
    if (typeof timer === "object" && timer !== null && "unref" in timer) {
      (timer as { unref(): void }).unref();
    }
  }
}
