import type { Wanted, WantedCountLine, WantedReceiptLine, WantedRow } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import { shelf } from "../company.ts";
import type { Memory } from "../memory.ts";
import { taken } from "../memory.ts";
import { madeElsewhere, someProduct } from "./lots.ts";

export function receiving(random: Random, own: string): Wanted {
  const lines = Array.from({ length: random.between(1, 3) }, (): WantedReceiptLine => {
    return { product: someProduct(random), quantity: random.between(1, 20) };
  });
  if (random.chance(0.3)) lines.push({ product: "named", names: madeElsewhere(random, own) });
  return { kind: "receipt", reference: `DN-${own}`, lines };
}

/** Units that were found without a name, and mostly a lot that others have their hands on too. */
export function counting(random: Random, own: string): Wanted {
  const lines = Array.from({ length: random.between(1, 3) }, (): WantedCountLine => {
    return { product: someProduct(random), units: random.between(1, 20) };
  });
  if (random.chance(0.7)) {
    const units = random.between(0, 1);
    lines.push({ product: "named", lot: random.pick(shelf), units, location: `counted ${own}` });
  }
  return { kind: "count", reference: `CT-${own}`, lines };
}

/** Undefined when the client has made no count. A count may be applied by several requests. */
export function applying(random: Random, { counts }: Memory): Wanted | undefined {
  const count = random.chance(0.5) ? taken(random, counts) : counts[0];
  return count && { kind: "apply", count: count.id, lines: count.lines };
}

/** Lots that are new, one of them named twice, some that others import too, and one of no product. */
export function importing(random: Random, own: string): Wanted {
  const product = "named";
  const rows: WantedRow[] = Array.from({ length: random.between(1, 200) }, (_, place) => {
    return { product, name: `IMP/${own}/${place}` };
  });
  rows.push({ product, name: `IMP/${own}/0` });
  for (let others = random.between(0, 5); others > 0; others -= 1) {
    rows.push({ product, name: `IMP/${random.between(1, 30)}` });
  }
  rows.push({ product: "nothing", name: `IMP/${own}/none` });
  return { kind: "import", rows };
}
