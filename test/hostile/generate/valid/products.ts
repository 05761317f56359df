import type { HeldProduct, Holdings } from "../holdings.ts";
import type { Random } from "../../../faults/random.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

/** The product of which very many lots are made; nothing else asks for it, since answers would be large. */
export const bulk = "bulk";

/** The products that every client begins with. */
export function foundedProducts(held: Holdings): HeldProduct[] {
  const name = held.marker;
  const numbered = (tracking: string, sequence: string) => {
    return { tracking, sequence: held.key(sequence), name };
  };
  const bodies: Record<string, Record<string, unknown>> = {
    "serial row": numbered("serial", "row"),
    "serial hot": numbered("serial", "hot"),
    "serial gapless": numbered("serial", "gapless"),
    "serial daily": numbered("serial", "daily"),
    "serial tight": numbered("serial", "tight"),
    "lot five": numbered("lot", "five"),
    "lot yearly": numbered("lot", "yearly"),
    "lot field": numbered("lot", "field"),
    dated: { ...numbered("lot", "row"), expiry: "required", shelf_life_days: 365 },
    kept: { ...numbered("serial", "odoo"), expiry: "optional", gtin: "4006381333931" },
    named: { tracking: "lot", name },
    [bulk]: numbered("serial", "hot"),
    screw: { tracking: "none", name },
  };
  return Object.entries(bodies).map(([sku, body]) => ({
    sku: held.key(sku),
    body,
    needsField: sku === "lot field",
  }));
}

export function putProduct({ sku, body }: HeldProduct): Wish {
  return { operation: "putProduct", inPath: { sku }, json: body };
}

/** A product of which lots are kept, as long as there is one. */
export function someTracked(held: Holdings, random: Random): HeldProduct {
  return fitting(held, random, ({ body }) => body["tracking"] !== "none");
}

/** A tracked product that has a sequence, as long as there is one. */
export function someNumbered(held: Holdings, random: Random): HeldProduct {
  return fitting(held, random, ({ body }) => {
    return body["tracking"] !== "none" && typeof body["sequence"] === "string";
  });
}

function fitting(
  held: Holdings,
  random: Random,
  fits: (product: HeldProduct) => boolean,
): HeldProduct {
  let found = held.products.pick(random);
  for (let look = 0; look < 50 && found !== undefined && !fits(found); look += 1) {
    found = held.products.pick(random);
  }
  if (found === undefined) throw new Error("A client begins with products.");
  return found;
}

export const productRecipes: Readonly<Record<string, Recipe>> = {
  getProduct(held, random) {
    return { operation: "getProduct", inPath: { sku: someTracked(held, random).sku } };
  },
  putProduct(held, random) {
    if (random.chance(0.5)) return putProduct(someTracked(held, random));
    const body = {
      tracking: random.pick(["none", "lot", "serial"]),
      sequence: maybe(random, 0.7, () => held.key(random.pick(["row", "hot", "five"]))),
      name: maybe(random, 0.7, () => held.text()),
    };
    return putProduct({ sku: held.key(`z${held.next() % 12}`), body, needsField: false });
  },
  getSettings: () => ({ operation: "getSettings" }),
  changeSettings(held, random) {
    const json = random.chance(0.5)
      ? { time_zone: random.pick(["UTC", "Europe/Berlin", "America/New_York"]) }
      : { default_sequence: held.key("row") };
    return { operation: "changeSettings", json };
  },
};
