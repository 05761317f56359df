import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { storedSequence } from "../definitions/load.ts";
import { render } from "../patterns/render.ts";
import type { Document } from "./bound.ts";
import { boundForm } from "./bound.ts";

/**
 * The names that the next draws would give if nobody else drew; draws nothing. Fewer than `count` when
 * the series of that day ends before. Fails: sequence_not_found, at_*, field_*, name_too_long.
 */
export async function previewSequence(
  call: Call,
  key: string,
  { count, ...document }: Document & { readonly count: number },
): Promise<{ names: string[] }> {
  // A preview draws nothing that could be fenced, so it goes by what is stored now.
  const definition = await storedSequence(call, key);
  if (definition === undefined) return fail("sequence_not_found", { sequence: key });
  const { form, period } = boundForm(definition, document, call.now());
  const [counter] = await call.db.readFor<{
    next: string | null;
    remaining: string;
    increment: string;
  }>(
    call.caller,
    sql`SELECT c.next::text AS next, c.remaining::text AS remaining, s.increment::text AS increment
        FROM sequences AS s
        CROSS JOIN LATERAL counter_v1(s.tenant, s.key, ${period}::text) AS c
        WHERE s.tenant = ${call.caller.tenant} AND s.key = ${key}`,
  );
  if (counter === undefined || counter.next === null) return { names: [] };
  const { next, remaining, increment } = counter;
  const shown = BigInt(remaining) < BigInt(count) ? Number(remaining) : count;
  const names = Array.from({ length: shown }, (_, index) =>
    render(form, BigInt(next) + BigInt(index) * BigInt(increment)),
  );
  return { names };
}
