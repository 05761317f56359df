import { SerialmintProblem, askedPauseMs, isWorthAnotherTry, notOurs } from "../calls/failures.ts";
import { pauseMs } from "../calls/tries.ts";
import type { CallSettings } from "../calls/types.ts";
import type { Serialmint } from "../serialmint.ts";
import { reported } from "./state.ts";
import type { Report } from "./state.ts";
import type { Stock } from "./stock.ts";

/** Sends the reports that wait in the store, the oldest first, each with the key that it was made with. */
export class Outbox {
  readonly #service: Pick<Serialmint, "post">;
  readonly #stock: Stock;
  readonly #calls: CallSettings;
  readonly #tell: (error: unknown) => void;
  #sending: Promise<void> | null = null;
  #failures = 0;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(
    service: Pick<Serialmint, "post">,
    stock: Stock,
    calls: CallSettings,
    tell: (error: unknown) => void,
  ) {
    this.#service = service;
    this.#stock = stock;
    this.#calls = calls;
    this.#tell = tell;
  }

  /** Begins to send unless it was tried a moment ago; what cannot be sent stays. */
  sendSoon(): void {
    if (this.#sending !== null || this.#stock.clock.steady() < this.#notBefore) return;
    this.send().catch(this.#tell);
  }

  /** Sends all that waits; rejects when something cannot be sent now. */
  send(): Promise<void> {
    // What was queued since that one looked goes out too.
    if (this.#sending !== null) return this.#sending.then(() => this.send());
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    try {
      for (;;) {
        const { reports } = await this.#stock.look();
        const [report] = reports;
        if (report === undefined) break;
        await this.#sendOne(report);
        await this.#stock.change((state) => ({ state: reported(state, report), result: null }));
      }
      this.#failures = 0;
      this.#notBefore = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#notBefore = this.#stock.clock.steady() + pauseMs(this.#failures, askedPauseMs(error));
      this.#failures += 1;
      throw error;
    }
  }

  async #sendOne({ key, lease, token, used_to, give_back }: Report): Promise<void> {
    const call = { ...this.#calls, idempotencyKey: key, path: { id: lease } };
    try {
      if (give_back === null) {
        if (used_to === null) return;
        ours(
          await this.#service.post("/v1/leases/{id}/report", { ...call, body: { token, used_to } }),
          lease,
        );
      } else {
        const use = used_to === null ? {} : { used_to };
        const body = { token, reason: give_back, ...use };
        ours(await this.#service.post("/v1/leases/{id}/give-back", { ...call, body }), lease);
      }
    } catch (error) {
      if (!isForGood(error)) throw error;
      // It would be refused for ever, and hold up those behind it.
      this.#tell(error);
      if (error instanceof SerialmintProblem && error.code === "lease_not_found") {
        await this.#stock.disown(lease);
      }
    }
  }
}

/** A key that is refused may be replaced by one that is not. */
function isForGood(error: unknown): boolean {
  return (
    error instanceof SerialmintProblem &&
    !isWorthAnotherTry(error) &&
    error.status !== 401 &&
    error.status !== 403
  );
}

/** Refuses the answer of somebody else, such as of a network that asks for a login. */
function ours(answer: { readonly id: string } | null, lease: string): void {
  if (answer?.id !== lease) throw notOurs();
}
