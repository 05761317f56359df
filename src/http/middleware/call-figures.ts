import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Batch } from "../../domain/figures/gathered.ts";
import { Gathering } from "../../domain/figures/gathered.ts";
import { writeFigures } from "../../domain/figures/write.ts";
import type { Settings } from "../../env.ts";
import { settingsOf } from "../../env.ts";
import type { AppEnv } from "../context.ts";
import { executionContextOf } from "../execution-context.ts";
import { figuredCall } from "../figured-call.ts";
import { describeError, logError } from "../log.ts";

/** Milliseconds that the runtime gives to what a request leaves behind; then the next one takes it over. */
const leftBehindMs = 30_000;

/** How often a batch is sent before it is given up, and how many wait to be sent again. */
const patience = { sendings: 3, batches: 3 };

/**
 * Keeps figures of what calls come to. They are gathered in the isolate's memory, and written by one statement some
 * seconds later, which no answer waits for: a timer runs only for a request, so the first one after a batch
 * was taken sets the next. An isolate that ends before loses what it has gathered.
 */
export function callFigures(
  gathering = new Gathering(),
  now: () => number = Date.now,
  newId: () => string = () => crypto.randomUUID(),
) {
  /** Until when a request looks after the next batch, in epoch milliseconds. */
  let lookedAfterUntil = 0;
  /** Batches that were sent, and maybe did not arrive. */
  const unsure: { readonly batch: Batch; readonly sendings: number }[] = [];

  /** Never rejects. What fails is sent again with the next batch, as it was. */
  async function send(c: Context<AppEnv>, settings: Settings): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, settings.figuresIntervalMs));
    lookedAfterUntil = 0;
    const batch = gathering.take(newId());
    const batches = [...unsure.splice(0), ...(batch === undefined ? [] : [{ batch, sendings: 0 }])];
    for (const { batch, sendings } of batches) {
      try {
        const database = c.get("openDatabase")(settings, { requests: 0, milliseconds: 0 });
        await writeFigures(database, batch);
      } catch (error) {
        if (sendings + 1 < patience.sendings && unsure.length < patience.batches) {
          unsure.push({ batch, sendings: sendings + 1 });
        } else logError({ code: "figures_lost", ...describeError(error) });
      }
    }
  }

  return createMiddleware<AppEnv>(async (c, next) => {
    const at = now();
    const began = performance.now();
    await next();
    const settings = readableSettings(c);
    if (settings === undefined || settings.figuresIntervalMs === 0) return;
    const holder = executionContextOf(c);
    if (holder === undefined) return;
    gathering.add(figuredCall(c, at, performance.now() - began));
    if (now() < lookedAfterUntil) return;
    lookedAfterUntil = now() + settings.figuresIntervalMs + leftBehindMs;
    holder.waitUntil(send(c, settings));
  });
}

/** None of a Worker that is not set up: there is nowhere to write to, and calls say so themselves. */
function readableSettings(c: Context<AppEnv>): Settings | undefined {
  try {
    return settingsOf(c.env);
  } catch {
    return undefined;
  }
}
