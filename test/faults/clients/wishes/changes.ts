import type { Wanted } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import { shelf } from "../company.ts";
import type { Memory } from "../memory.ts";

/** Tells the version of a lot as it is now; undefined when it cannot be read just now. */
export type ReadVersion = (product: string, name: string) => Promise<string | undefined>;

function setTo(random: Random, own: string): { location: string; state?: string } {
  const location = `put by ${own}`;
  if (random.chance(0.3)) return { location };
  return { location, state: random.pick(["available", "reserved", "shipped", "scrapped"]) };
}

/** Lots that everybody changes, or those of a reservation that the client knows. */
export function changing(random: Random, own: string, { lots }: Memory): Wanted {
  const change = { kind: "change", set: setTo(random, own), reference: `CH-${own}` } as const;
  const of = random.chance(0.5) ? lots.at(random.between(0, lots.length)) : undefined;
  if (of !== undefined) return { ...change, ...of };
  const names = shelf.filter(() => random.chance(0.5));
  return { ...change, product: "named", names: names.length === 0 ? shelf : names };
}

/** One of the lots that everybody changes, as it is now. */
export async function patching(
  random: Random,
  own: string,
  readVersion: ReadVersion,
): Promise<Wanted | undefined> {
  const name = random.pick(shelf);
  const change = { product: "named", name, set: setTo(random, own), reference: `CH-${own}` };
  const version = await readVersion("named", name);
  return version === undefined ? undefined : { kind: "patch", version, ...change };
}
