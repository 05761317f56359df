import type { Wanted } from "../../check/wanted.ts";
import type { Random } from "../../random.ts";
import { sequences } from "../company.ts";
import type { Memory, Move } from "../memory.ts";
import { taken } from "../memory.ts";

/** Tells the number that a sequence gives next; undefined when it cannot be read just now. */
export type ReadNext = (sequence: string) => Promise<bigint | undefined>;

/** What a client does at once with what it was just told, before others come between; undefined mostly. */
export function afterthought(random: Random, own: string, memory: Memory): Wanted | undefined {
  const job = taken(random, memory.jobs);
  if (job !== undefined && random.chance(0.6)) return { kind: "cancel job", job };
  const move = taken(random, memory.moves);
  return move !== undefined && random.chance(0.6) ? rewinding(random, own, move) : undefined;
}

/** Undefined when the client knows no receipt. */
export function cancelling(random: Random, own: string, { receipts }: Memory): Wanted | undefined {
  const receipt = taken(random, receipts);
  return receipt === undefined
    ? undefined
    : { kind: "cancel receipt", receipt, reason: `wrong ${own}` };
}

/** Moves a counter a little ahead of where it stands. */
export async function advancing(
  random: Random,
  own: string,
  readNext: ReadNext,
): Promise<Wanted | undefined> {
  const sequence = random.weighed([
    [1, "five"],
    [2, "spare"],
    [2, "spare-hot"],
  ] as const);
  const next = await readNext(sequence);
  if (next === undefined) return undefined;
  const to = next + BigInt(random.between(1, 9)) * stepOf(sequence);
  return { kind: "advance", sequence, to: String(to), reason: `ahead ${own}` };
}

/** Takes back a move, whole or in part; now and then too much, over numbers that were given before it. */
function rewinding(random: Random, own: string, { sequence, from, to: end }: Move): Wanted {
  const step = stepOf(sequence);
  const skipped = Number((end - from) / step);
  const back = random.weighed([
    [2, 0],
    [2, random.between(0, skipped - 1)],
    [1, -random.between(1, 3)],
  ]);
  const to = from + BigInt(back) * step;
  return { kind: "rewind", sequence, to: String(to < 1n ? 1n : to), reason: `back ${own}` };
}

function stepOf(sequence: string): bigint {
  return sequence === "five" ? BigInt(sequences.five.increment) : 1n;
}
