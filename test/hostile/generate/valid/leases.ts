import type { Random } from "../../../faults/random.ts";
import type { HeldLease, Holdings } from "../holdings.ts";
import { maybe } from "./wish.ts";
import type { Recipe, Wish } from "./wish.ts";

/** Of the sequences that give leases, those whose counters have room. */
function openLease(held: Holdings, random: Random): Wish {
  const key = random.pick(["row", "hot", "five", "daily", "fiscal", "frappe", "field"]);
  const json = {
    count: random.between(1, 50),
    ttl_s: maybe(random, 0.7, () => random.pick([1, 60, 3600])),
    holder: `${held.marker} ${held.own}`,
    fields: key === "field" ? { plant: "B7" } : undefined,
  };
  return { operation: "openLease", inPath: { key: held.key(key) }, json };
}

function ofLease(
  held: Holdings,
  random: Random,
  lease: HeldLease | undefined,
  wish: (lease: HeldLease) => Wish,
): Wish {
  return lease === undefined ? openLease(held, random) : wish(lease);
}

export const leaseRecipes: Readonly<Record<string, Recipe>> = {
  openLease,
  getLease: (held, random) =>
    ofLease(held, random, held.leases.pick(random), ({ id }) => {
      return { operation: "getLease", inPath: { id } };
    }),
  renewLease: (held, random) =>
    ofLease(held, random, held.leases.pick(random), ({ id, token }) => {
      const json = { token, ttl_s: random.pick([60, 3600]) };
      return { operation: "renewLease", inPath: { id }, json };
    }),
  reportLease: (held, random) =>
    ofLease(held, random, held.leases.pick(random), ({ id, token, first, last, step }) => {
      const count = Number((last - first) / step) + 1;
      const number = String(first + BigInt(random.between(0, count - 1)) * step);
      const use = random.chance(0.5)
        ? { used_to: number }
        : { used: [{ first: number, last: number }] };
      return { operation: "reportLease", inPath: { id }, json: { token, ...use } };
    }),
  giveBackLease: (held, random) =>
    ofLease(held, random, held.leases.take(random), ({ id, token }) => {
      const json = { token, reason: maybe(random, 0.5, () => held.text()) };
      return { operation: "giveBackLease", inPath: { id }, json };
    }),
  burnLease: (held, random) =>
    ofLease(held, random, held.leases.take(random), ({ id }) => {
      return { operation: "burnLease", inPath: { id }, json: { reason: held.text() } };
    }),
};
