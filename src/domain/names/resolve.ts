import { sql } from "drizzle-orm";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { Lot } from "../lots/lot.ts";

/** One number of ours that renders a name. */
export interface Origin {
  readonly sequence: string;
  readonly series: string | null;
  readonly number: string;
  /** `skip` and `burned`: the counter passed the number and gave it to nobody. */
  readonly status: "recorded" | "reserved" | "voided" | "skip" | "fence" | "burned";
  readonly reservation: string | null;
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
