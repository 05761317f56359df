import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { fenced, sequenceDefinition } from "../definitions/load.ts";
import { newId } from "../id.ts";
import { draw as drawNumbers } from "../quotas/draw.ts";
import { orRecorded } from "../requests/recorded.ts";
import { drawOf } from "../reservations/reserve.ts";
import { boundForm } from "../sequences/bound.ts";
import { dayOfOtherForm } from "./end.ts";
import type { OpenedLease, Told } from "./lease.ts";
import { told } from "./lease.ts";
import { leaseLimits } from "./limits.ts";

/** What is asked for. */
export interface LeaseInput {
  /** 1 to 1,000,000. */
  readonly count: number;
  /** How long it is to last, in seconds. */
  readonly ttl_s: number;
  /** Who draws from it: a name of the caller's choice. */
  readonly holder: string;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/**
 * Leases a run of numbers with its pattern bound, in one statement when the definition is known. It ends before
 * its names would show another date. Fails: sequence_not_found, lease_*, and as reserve does.
 */
export async function openLease(
  call: OnceCall,
  key: string,
  { count, ttl_s: ttl, holder, fields }: LeaseInput,
): Promise<Told<OpenedLease>> {
  const id = newId(call.now());
  const open = async (): Promise<Told<OpenedLease>> => {
    const definition = await sequenceDefinition(call, key);
    if (definition === undefined) return fail("sequence_not_found", { sequence: key });
    const bound = boundForm(definition, { fields }, call.now());
    const endsOn = dayOfOtherForm(definition, bound.moment);
    const [row] = await drawNumbers<{ facts: OpenedLease & { readonly replayed: boolean } }>(
      call,
      sql`SELECT open_lease_v1(${drawOf(call, { definition, bound, count })}, ${id}::uuid,
                               ${holder}::text, ${ttl}::int, ${endsOn}::date,
                               ROW(${leaseLimits.ofHolder}::int, ${leaseLimits.leases}::int,
                                   ${leaseLimits.out}::bigint)::lease_limits) AS facts`,
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    return told(row.facts);
  };
  return orRecorded(
    async () => Promise.resolve(call),
    () => fenced(call, open),
    async ({ lease_id: opened }) => openedLease(call, opened),
  );
}

/** A lease as whoever opened it is told again, however it stands by now. */
async function openedLease({ db, caller }: OnceCall, id: string): Promise<Told<OpenedLease>> {
  const [row] = await db.readFor<{ facts: OpenedLease }>(
    caller,
    sql`SELECT opened_lease(${caller.tenant}::text, ${id}::uuid) AS facts`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return told({ ...row.facts, replayed: true });
}
