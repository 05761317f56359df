import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Lot } from "../lots/lot.ts";

/**
 * What became of a number. `skip`, `fence` and, but for a lease, `burned`: the counter passed it and gave it to
 * nobody. `on_lease`, `unreported` and `burned` of a lease: its holder has not told that it is used.
 */
export const numberStatuses = [
  "recorded",
  "reserved",
  "on_lease",
  "unreported",
  "voided",
  "skip",
  "fence",
  "burned",
] as const;

/** One number of ours that renders a name. */
export interface Origin {
  readonly sequence: string;
  readonly series: string | null;
  readonly number: string;
  readonly status: (typeof numberStatuses)[number];
  readonly reservation: string | null;
  readonly lease: string | null;
  /** Of that lease. */
  readonly holder: string | null;
  readonly issued_at: string;
  readonly voided_at: string | null;
  readonly reason: string | null;
}

/** Where a name comes from, and the lots that carry it. */
export interface Resolved {
  readonly name: string;
  readonly origins: readonly Origin[];
  readonly lots: readonly Lot[];
}

/** Fails: name_unknown when no sequence gave the name and no lot carries it. */
export async function resolveName({ db, caller }: Call, name: string): Promise<Resolved> {
  const [row] = await db.readFor<{ resolved: Resolved }>(
    caller,
    sql`SELECT resolve_v1(${caller.tenant}::text, ${name}::text) AS resolved`,
  );
  const resolved = row?.resolved;
  if (resolved === undefined || (resolved.origins.length === 0 && resolved.lots.length === 0)) {
    return fail("name_unknown", { name });
  }
  return resolved;
}
