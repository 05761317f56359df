import { DurableObject } from "cloudflare:workers";
import { openDatabase } from "../db/client.ts";
import { receiverPatience } from "../domain/webhooks/attempt.ts";
import { deliver } from "../domain/webhooks/deliver.ts";
import type { WebhookKey } from "../domain/webhooks/webhook.ts";
import type { Bindings } from "../env.ts";
import { settingsOf } from "../env.ts";

/** How long one alarm works before it sets the next one, in milliseconds. */
const shift = 20_000;

/** Pause after a failure of ours, doubled with every further one up to the longest, in milliseconds. */
const pause = { first: 500, longest: 60_000 };

/**
 * Sends what one webhook is to be sent, so that a slow receiver holds up nobody else. Its alarm survives a
 * restart. It keeps only which webhook is meant; what is to be sent is in the database.
 */
export class WebhookPump extends DurableObject<Bindings> {
  /** Whether there may be more than the work under way has seen. */
  #woken = false;
  #failures = 0;

  /** Looks after the webhook in `afterMs`, or sooner if it was to anyway. */
  async wake(key: WebhookKey, afterMs: number): Promise<void> {
    this.#woken = true;
    if ((await this.ctx.storage.get<WebhookKey>("webhook")) === undefined) {
      await this.ctx.storage.put<WebhookKey>("webhook", key);
    }
    const due = Date.now() + afterMs;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || due < set) await this.ctx.storage.setAlarm(due);
  }

  /** Never rejects: an alarm that fails is dropped after a few tries, and the webhook with it. */
  override async alarm(): Promise<void> {
    const key = await this.ctx.storage.get<WebhookKey>("webhook");
    if (key === undefined) return;
    this.#woken = false;
    const again = await this.#work(key).catch((error: unknown) => this.#excuse(error));
    if (this.#woken) await this.ctx.storage.setAlarm(Date.now());
    else if (again === undefined) await this.ctx.storage.deleteAll();
    else await this.ctx.storage.setAlarm(Date.now() + again);
  }

  /** Gives the milliseconds after which to look again, or undefined for never. */
  async #work(key: WebhookKey): Promise<number | undefined> {
    const { databaseUrl, sqlEndpoint, webhookAllow: allowed } = settingsOf(this.env);
    const { WEBHOOK_NETWORK: network } = this.env;
    const again = await deliver(key, {
      db: openDatabase({ databaseUrl, sqlEndpoint, timings: { requests: 0, milliseconds: 0 } }),
      sendOut: (url, init) => (network === undefined ? fetch(url, init) : network.fetch(url, init)),
      sendAllowed: (url, init) => fetch(url, init),
      allowed,
      now: Date.now,
      random: Math.random,
      patienceMs: receiverPatience,
      until: Date.now() + shift,
    });
    this.#failures = 0;
    return again;
  }

  /** The database is away or refuses; what is to be sent waits there as it is. */
  #excuse(error: unknown): number {
    this.#failures += 1;
    console.error(JSON.stringify({ event: "webhook_pump_failed", reason: String(error) }));
    return Math.min(pause.first * 2 ** (this.#failures - 1), pause.longest);
  }
}
