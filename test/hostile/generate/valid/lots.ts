import type { Random } from "../../../faults/random.ts";
import type { HeldLot, HeldProduct, Holdings } from "../holdings.ts";
import { bulk, someNumbered, someTracked } from "./products.ts";
import { reserve, someFields, someMoment } from "./sequences.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

/** What a lot of a product is given beside its name. */
export function lotDetails(held: Holdings, random: Random, product: HeldProduct): object {
  const dated = product.body["expiry"] === "required" || product.body["expiry"] === "optional";
  return {
    at: maybe(random, 0.3, () => someMoment(random)),
    fields: someFields(random, product.needsField),
    expires_on: dated ? "2027-11-21" : undefined,
    produced_on: maybe(random, 0.2, () => "2026-11-21"),
    attributes: maybe(random, 0.2, () => ({ colour: held.text(), weight: 12.5, tags: ["a"] })),
  };
}

/** A name made elsewhere. */
export function newName(held: Holdings): string {
  return `${held.marker}/${held.own}/${held.next()}`;
}

function lotItem(held: Holdings, random: Random): object {
  const { marker, own } = held;
  const numbered = someNumbered(held, random);
  const product = random.chance(0.2) ? someTracked(held, random) : numbered;
  const item = (of: HeldProduct, how: object): object => {
    return { product: of.sku, ...how, ...lotDetails(held, random, of) };
  };
  const each = product.body["tracking"] === "lot" ? { quantity_each: "2.5" } : {};
  return random.weighed<() => object>([
    [5, () => item(numbered, { count: random.between(1, 20) })],
    [2, () => item(product, { ...each, names: [newName(held), newName(held)] })],
    [1, () => item(product, { first_name: `${marker}/${own}/N${held.next()}-01`, count: 3 })],
    [
      2,
      () => {
        const reservation = held.reservations.take(random);
        const part = reservation === undefined ? { count: 1 } : { reservation: reservation.id };
        return item(numbered, part);
      },
    ],
    [
      1,
      () => {
        const lease = held.leases.take(random);
        if (lease === undefined) return item(numbered, { count: 1 });
        const { reservation, token: lease_token } = lease;
        return item(numbered, { reservation, lease_token });
      },
    ],
  ])();
}

/** Lots of a size that a job needs a while for, so that it can be cancelled. */
export function largeLots(held: Holdings): Wish {
  const items = [{ product: held.key(bulk), count: 6000 }];
  return { operation: "createLots", headers: { Prefer: "respond-async" }, json: { items } };
}

function ofLot(held: Holdings, random: Random, make: (lot: HeldLot) => Wish): Wish {
  const lot = held.lots.pick(random);
  return lot === undefined ? createLots(held, random) : make(lot);
}

function createLots(held: Holdings, random: Random): Wish {
  const items = Array.from({ length: random.chance(0.8) ? 1 : 3 }, () => lotItem(held, random));
  const headers: Record<string, string> = random.chance(0.1) ? { Prefer: "respond-async" } : {};
  const json = { items, on_duplicate: maybe(random, 0.2, () => "skip") };
  return { operation: "createLots", headers, json };
}

function lotChange(held: Holdings, random: Random): object {
  return {
    state: random.pick(["available", "reserved", "shipped", "consumed", "scrapped"]),
    location: maybe(random, 0.5, () => random.pick([held.text(), null])),
    attributes: maybe(random, 0.3, () => ({ colour: held.text() })),
  };
}

export const lotRecipes: Readonly<Record<string, Recipe>> = {
  createLots,
  getLot: (held, random) =>
    ofLot(held, random, ({ product, name }) => ({
      operation: "getLot",
      inPath: { sku: product, name },
    })),
  listHistory: (held, random) =>
    ofLot(held, random, ({ product, name }) => ({
      operation: "listHistory",
      inPath: { sku: product, name },
    })),
  changeLot(held, random) {
    const version = held.versions.take(random);
    const lot = version ?? held.lots.pick(random);
    if (lot === undefined) return createLots(held, random);
    return {
      operation: "changeLot",
      inPath: { sku: lot.product, name: lot.name },
      headers: { "If-Match": version?.etag ?? "*" },
      json: { ...lotChange(held, random), reference: held.text(), party: held.text() },
    };
  },
  changeLots: (held, random) =>
    ofLot(held, random, ({ product, name }) => ({
      operation: "changeLots",
      json: { product, names: [name], set: lotChange(held, random), reference: held.text() },
    })),
  resolveName: (held, random) =>
    ofLot(held, random, ({ name }) => ({ operation: "resolveName", query: { name } })),
  openRecall(held, random) {
    const lot = held.lots.pick(random);
    const reservation = held.reservations.pick(random);
    const product = lot?.product ?? someTracked(held, random).sku;
    if (lot === undefined || reservation === undefined) return reserve(held, random);
    const covers = [
      random.pick<object>([
        { product, names: [lot.name] },
        { product, reservation: reservation.id },
        { product, sequence: held.key("row"), first: "1", last: 100 },
        { product, created_from: "2026-01-01T00:00:00Z", created_to: "2030-01-01T00:00:00Z" },
      ]),
    ];
    const json = { reference: held.text(), reason: held.text(), covers };
    return { operation: "openRecall", json };
  },
  getRecall: (held, random) => ofRecall(held, random, "getRecall"),
  closeRecall(held, random) {
    const id = held.openRecalls.take(random);
    if (id === undefined) return lotRecipes["openRecall"]?.(held, random) ?? reserve(held, random);
    return { operation: "closeRecall", inPath: { id }, json: { reason: held.text() } };
  },
  listRecallLots: (held, random) => ofRecall(held, random, "listRecallLots"),
};

function ofRecall(held: Holdings, random: Random, operation: string): Wish {
  const id = held.recalls.pick(random);
  if (id === undefined) return lotRecipes["openRecall"]?.(held, random) ?? reserve(held, random);
  return { operation, inPath: { id } };
}
