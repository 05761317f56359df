import type { Wanted } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import type { Memory } from "../memory.ts";
import type { Appetite } from "./amounts.ts";
import { changing, patching } from "./changes.ts";
import type { ReadVersion } from "./changes.ts";
import { holding } from "./holding.ts";
import { countedLots, lotsForLater, lotsOfReservation, namedLots } from "./lots.ts";
import { naming, reserving, voiding } from "./numbers.ts";
import { applying, counting, importing, receiving } from "./stock.ts";
import { advancing, afterthought, cancelling } from "./taking-back.ts";
import type { ReadNext } from "./taking-back.ts";

/** What a client can look at before it asks for something. */
export interface Looks {
  readonly version: ReadVersion;
  readonly next: ReadNext;
}

type Wish = () => Wanted | undefined | Promise<Wanted | undefined>;

/**
 * What a client wants next: mostly what it will get, sometimes what must be refused. `own` is a text that
 * no other wish of any client has. Takes what it uses up out of the client's memory.
 */
export async function nextWish(
  random: Random,
  own: string,
  memory: Memory,
  appetite: Appetite,
  looks: Looks,
): Promise<Wanted> {
  const { beside, leases } = appetite;
  const wish = random.weighed<Wish>([
    [70, () => reserving(random, appetite)],
    [18, () => countedLots(random, appetite)],
    [2, () => lotsForLater(random, appetite)],
    [6, () => lotsOfReservation(random, memory)],
    [6, () => namedLots(random, own)],
    [8, () => receiving(random, own)],
    [6, () => voiding(random, memory)],
    [4, () => refusable(random)],
    [leases * 30, () => holding(random, memory.holders)],
    [beside * 10, () => naming(random)],
    [beside * 4, () => cancelling(random, own, memory)],
    [beside * 4, () => counting(random, own)],
    [beside * 4, () => applying(random, memory)],
    [beside * 2, () => importing(random, own)],
    [beside * 5, () => changing(random, own, memory)],
    [beside * 4, () => patching(random, own, looks.version)],
    [beside * 3, () => advancing(random, own, looks.next)],
  ]);
  return afterthought(random, own, memory) ?? (await wish()) ?? reserving(random, appetite);
}

/** Something that cannot be had. */
function refusable(random: Random): Wanted {
  return random.pick<Wanted>([
    { kind: "reserve", sequence: "tight", count: 1000 },
    { kind: "reserve", sequence: "nothing", count: 1 },
    { kind: "void", reservation: "row:999999999" },
    // The second has no numbers for so many, so the first must not draw either.
    {
      kind: "lots",
      items: [
        { product: "serial-hot", count: 3 },
        { product: "named", count: 1000 },
      ],
    },
    { kind: "receipt", reference: "DN-0", lines: [{ product: "nothing", quantity: 1 }] },
  ]);
}
