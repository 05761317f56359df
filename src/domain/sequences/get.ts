import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Sequence } from "./sequence.ts";
import { selectSequences } from "./sequence.ts";

/** Fails: sequence_not_found. */
export async function getSequence({ db, caller }: Call, key: string): Promise<Sequence> {
  const [sequence] = await db.readFor<Sequence & { place?: string }>(
    caller,
    selectSequences(sql`s.tenant = ${caller.tenant} AND s.key = ${key}`),
  );
  if (sequence === undefined) return fail("sequence_not_found", { sequence: key });
  const { place: _, ...shown } = sequence;
  return shown;
}
