import { sql } from "drizzle-orm";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { TextIn } from "../patterns/dialects.ts";
import { dialects, parsePattern, showIn } from "../patterns/dialects.ts";
import { storedSequence } from "../definitions/load.ts";
import { namingSeries } from "../naming-series/sequence.ts";
import { boundForm } from "./bound.ts";
import type { Sequence } from "./sequence.ts";
import { selectSequences, usedPart } from "./sequence.ts";

/** A sequence with its pattern as each dialect says it; null where one cannot. */
export type ShownSequence = Sequence & {
  readonly dialects: { readonly [D in keyof TextIn]: TextIn[D] | null };
};

/** Fails: sequence_not_found. */
export async function getSequence(call: Call, key: string): Promise<ShownSequence> {
  const { db, caller } = call;
  const [sequence] = await db.readFor<Sequence & { place?: string }>(
    caller,
    selectSequences(sql`s.tenant = ${caller.tenant} AND s.key = ${key}`),
  );
  if (sequence === undefined) return fail("sequence_not_found", { sequence: key });
  const { place: _, ...shown } = sequence;
  const counter = shown.reset === "prefix" ? await counterOfToday(call, key) : {};
  return { ...shown, ...counter, dialects: inAllDialects(shown) };
}

type Counter = Pick<Sequence, "series" | "next" | "issued" | "remaining" | "used">;

/** Where a sequence whose text names the series counts today; nothing when only a document tells. */
async function counterOfToday(call: Call, key: string): Promise<Counter | object> {
  const definition = await storedSequence(call, key);
  if (definition === undefined) return {};
  const { pattern } = definition;
  if (key === namingSeries || pattern.parts.some(({ kind }) => kind === "field")) return {};
  const { period } = boundForm(definition, {}, call.now());
  const [counter] = await call.db.readFor<Counter>(
    call.caller,
    sql`SELECT ${period}::text AS series, c.next::text AS next, c.issued::text AS issued,
               c.remaining::text AS remaining, ${usedPart} AS used
        FROM sequences AS s
        CROSS JOIN LATERAL counter_v1(s.tenant, s.key, ${period}::text) AS c
        WHERE s.tenant = ${call.caller.tenant} AND s.key = ${key}`,
  );
  return counter ?? {};
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
