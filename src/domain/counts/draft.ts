import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { CountLineInput } from "./count.ts";

/** What was counted, without what is recorded. */
export interface Draft {
  readonly at: string | null;
  readonly lines: readonly NullableLine[];
}

/** A line as the store has it, null where nothing was given. */
type NullableLine = {
  readonly [Member in keyof CountLineInput]-?: Exclude<CountLineInput[Member], undefined> | null;
} & Pick<CountLineInput, "product" | "counted_quantity">;

/** Fails: count_not_found. */
export async function readDraft({ db, caller }: Call, id: string): Promise<Draft> {
  const [draft] = await db.readFor<Draft>(
    caller,
    sql`SELECT c.at, (
          SELECT json_agg(json_build_object(
            'product', l.product, 'location', l.location, 'lot', l.lot,
            'counted_quantity', l.counted_quantity::text, 'fields', l.fields,
            'produced_on', l.produced_on, 'expires_on', l.expires_on) ORDER BY l.ordinal)
          FROM count_lines AS l WHERE l.tenant = c.tenant AND l.count = c.id) AS lines
        FROM counts AS c
        WHERE c.tenant = ${caller.tenant} AND c.id = ${id}::uuid`,
  );
  return draft ?? fail("count_not_found", { count: id });
}

/** A line as it was sent. */
export function sentLine(line: NullableLine): CountLineInput {
  return {
    product: line.product,
    counted_quantity: line.counted_quantity,
    location: line.location ?? undefined,
    lot: line.lot ?? undefined,
    fields: line.fields ?? undefined,
    produced_on: line.produced_on ?? undefined,
    expires_on: line.expires_on ?? undefined,
  };
}
