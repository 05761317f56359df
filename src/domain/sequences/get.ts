import { sql } from "drizzle-orm";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { TextIn } from "../patterns/dialects.ts";
import { dialects, parsePattern, showIn } from "../patterns/dialects.ts";
import type { Sequence } from "./sequence.ts";
import { selectSequences } from "./sequence.ts";

/** A sequence with its pattern as each dialect says it; null where one cannot. */
export type ShownSequence = Sequence & {
  readonly dialects: { readonly [D in keyof TextIn]: TextIn[D] | null };
};

/** Fails: sequence_not_found. */
export async function getSequence({ db, caller }: Call, key: string): Promise<ShownSequence> {
  const [sequence] = await db.readFor<Sequence & { place?: string }>(
    caller,
    selectSequences(sql`s.tenant = ${caller.tenant} AND s.key = ${key}`),
  );
  if (sequence === undefined) return fail("sequence_not_found", { sequence: key });
  const { place: _, ...shown } = sequence;
  return { ...shown, dialects: inAllDialects(shown) };
}

function inAllDialects(sequence: Sequence): ShownSequence["dialects"] {
  const { dialect, pattern, fiscal_year_start: fiscalYearStart } = sequence;
  const parsed = parsePattern(dialect, pattern, fiscalYearStart);
  if (!parsed.ok) throw failureOfRefusal(parsed);
  const texts = dialects.map((each) => [
    each,
    showIn(parsed.value.pattern, each, fiscalYearStart).text,
  ]);
  // One text for each of the dialects, in its own form.
  return Object.fromEntries(texts) as ShownSequence["dialects"];
}
