import type { Random } from "../../../faults/random.ts";
import type { Holdings } from "../holdings.ts";
import type { Recipe, Wish } from "./wish.ts";

/** Of a name that leads nowhere, so that nothing is ever sent. */
const url = "https://erp.example/hooks";

const list: Wish = { operation: "listWebhooks" };

/** A tenant has few, so that a client with one removes it first. */
function createWebhook(held: Holdings, random: Random): Wish {
  const id = held.webhooks.take(random);
  if (id !== undefined) return { operation: "removeWebhook", inPath: { id } };
  const events = random.chance(0.5) ? ["job.done", "job.failed"] : null;
  return { operation: "createWebhook", json: { url, events, description: held.text() } };
}

function ofWebhook(operation: string, more: Partial<Wish> = {}): Recipe {
  return (held, random) => {
    const id = held.webhooks.pick(random);
    return id === undefined ? list : { operation, inPath: { id }, ...more };
  };
}

function ofDelivery(operation: string): Recipe {
  return (held, random) => {
    const sent = held.deliveries.pick(random);
    return sent === undefined
      ? ofWebhook("testWebhook")(held, random)
      : { operation, inPath: { id: sent.webhook, delivery: sent.id } };
  };
}

export const webhookRecipes: Readonly<Record<string, Recipe>> = {
  createWebhook,
  getWebhook: ofWebhook("getWebhook"),
  changeWebhook: ofWebhook("changeWebhook", { json: { url, status: "enabled" } }),
  removeWebhook(held, random) {
    const id = held.webhooks.take(random);
    return id === undefined ? list : { operation: "removeWebhook", inPath: { id } };
  },
  rotateWebhookSecret: ofWebhook("rotateWebhookSecret", { json: { overlap_s: 60 } }),
  testWebhook: ofWebhook("testWebhook"),
  listDeliveries: ofWebhook("listDeliveries"),
  getDelivery: ofDelivery("getDelivery"),
  repeatDelivery: ofDelivery("repeatDelivery"),
};
