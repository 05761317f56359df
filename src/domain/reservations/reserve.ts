import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { fenced, sequenceDefinition } from "../definitions/load.ts";
import { orRecorded } from "../requests/recorded.ts";
import type { Document } from "../sequences/bound.ts";
import { boundForm } from "../sequences/bound.ts";
import type { ReservationFacts } from "./reservation.ts";

/**
 * Reserves a run of `count` numbers, 1 to 10,000,000, in one statement when the definition is known.
 * Fails: sequence_not_found, sequence_exhausted, at_*, field_*, name_too_long.
 */
export async function reserve(
  call: OnceCall,
  key: string,
  { count, ...document }: Document & { readonly count: number },
): Promise<{ facts: ReservationFacts; replayed: boolean }> {
  const draw = async (): Promise<{ facts: ReservationFacts; replayed: boolean }> => {
    const definition = await sequenceDefinition(call, key);
    if (definition === undefined) return fail("sequence_not_found", { sequence: key });
    const { form } = boundForm(definition, document, call.now());
    const [row] = await call.db.write<{ facts: ReservationFacts & { replayed: boolean } }>(
      sql`SELECT reserve_v1(${callOf(call.caller, call.idempotency)}, ${key}::text,
                            ${definition.hash}::uuid, ${count}::bigint, ${form.prefix}::text,
                            ${form.width}::int, ${form.suffix}::text) AS facts`,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    return { facts: row.facts, replayed: row.facts.replayed };
  };
  return orRecorded(
    call,
    () => fenced(call, draw),
    async (facts) => Promise.resolve({ facts, replayed: true }),
  );
}
