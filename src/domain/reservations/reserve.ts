import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { SequenceDefinition } from "../definitions/definitions.ts";
import { fenced, sequenceDefinition } from "../definitions/load.ts";
import type { SentSeries } from "../naming-series/sent.ts";
import { draw as drawNumbers } from "../quotas/draw.ts";
import { orRecorded } from "../requests/recorded.ts";
import { lastShown } from "../sequences/last-shown.ts";
import type { Bound, Document } from "../sequences/bound.ts";
import { boundForm } from "../sequences/bound.ts";
import type { ReservationFacts } from "./reservation.ts";

/** A reservation, and whether it is the one that an earlier request with the same key made. */
export interface Reserved {
  readonly facts: ReservationFacts;
  readonly replayed: boolean;
}

/**
 * Reserves a run of `count` numbers, 1 to 10,000,000, in one statement when the definition is known.
 * Fails: sequence_not_found, sequence_exhausted, sequence_busy, quota_*, at_*, field_*, name_too_long.
 */
export async function reserve(
  call: OnceCall,
  key: string,
  { count, ...document }: Document & { readonly count: number },
): Promise<Reserved> {
  return reserveRun(call, async () => {
    const definition = await sequenceDefinition(call, key);
    if (definition === undefined) return fail("sequence_not_found", { sequence: key });
    return { definition, bound: boundForm(definition, document, call.now()), count };
  });
}

/** What is drawn, once the definition is known. */
export interface Draw {
  readonly definition: SequenceDefinition;
  readonly bound: Bound;
  readonly count: number;
  /** The last number that the form can show, if it is not that of the sequence. */
  readonly last?: bigint;
  /** What was bound, when it came with the request: it draws only if the database knows it. */
  readonly series?: SentSeries;
}

/** The arguments with which every function begins that draws a run for a caller. */
export function drawOf(call: OnceCall, { definition, bound, count, ...draw }: Draw): SQL {
  const last = draw.last ?? lastShown(definition);
  const { form, period } = bound;
  const { counter } = definition;
  const isShared = counter.key !== definition.key;
  return sql`${callOf(call.caller, call.idempotency)}, ${counter.key}::text, ${period}::text,
             ${counter.hash}::uuid, ${count}::bigint, ${form.prefix}::text, ${form.width}::int,
             ${form.suffix}::text, ${last === null ? null : String(last)}::bigint,
             ${isShared ? definition.key : null}::text, ${isShared ? definition.hash : null}::uuid`;
}

/** Reserves what `decide` says; it decides again when the definition has changed meanwhile. */
export async function reserveRun(call: OnceCall, decide: () => Promise<Draw>): Promise<Reserved> {
  const draw = async (): Promise<Reserved> => {
    const wanted = await decide();
    const { series } = wanted;
    const [row] = await drawNumbers<{ facts: ReservationFacts & { replayed: boolean } }>(
      call,
      sql`SELECT reserve_v1(${drawOf(call, wanted)},
                            ${series?.text ?? null}::text, ${series?.fiscalYearStart ?? null}::text,
                            ${series?.allowOverlap ?? false}::boolean) AS facts`,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    return { facts: row.facts, replayed: row.facts.replayed };
  };
  return orRecorded(
    async () => Promise.resolve(call),
    () => fenced(call, draw),
    async (facts) => Promise.resolve({ facts, replayed: true }),
  );
}
