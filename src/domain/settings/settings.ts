import { sql } from "drizzle-orm";
import { callerOf, textArray } from "../../db/client.ts";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { unshareable, withPatterns } from "../overlap/known-patterns.ts";
import { isTimeZone } from "../patterns/zone.ts";
import { alwaysAt, pointed } from "../pointed.ts";

/** What holds for the whole tenant. */
export interface Settings {
  readonly tenant: string;
  /** Serves the products that name no sequence. */
  readonly default_sequence: string | null;
  /** Of new sequences that name none. */
  readonly time_zone: string;
  readonly updated_at: string;
}

export async function getSettings({ db, caller }: Call): Promise<Settings> {
  const [settings] = await db.readFor<Settings>(
    caller,
    sql`SELECT tenant, default_sequence, time_zone, wire_time(updated_at) AS updated_at
        FROM settings WHERE tenant = ${caller.tenant}`,
  );
  if (settings === undefined) throw new Error("The tenant has no settings.");
  return settings;
}

const places = alwaysAt({
  unknown_sequence: "/default_sequence",
  pattern_shared: "/default_sequence",
});

/** Changes the settings that are given. Fails: unknown_sequence, pattern_shared, time_zone_unknown. */
export async function changeSettings(
  call: Call,
  changes: {
    readonly default_sequence?: string | null | undefined;
    readonly time_zone?: string | undefined;
  },
): Promise<Settings> {
  if (changes.time_zone !== undefined && !isTimeZone(changes.time_zone)) {
    fail("time_zone_unknown", { time_zone: changes.time_zone }, { pointer: "/time_zone" });
  }
  await withPatterns(call, async (patterns) => {
    const overlapping = unshareable(patterns, changes.default_sequence ?? null);
    await pointed(places, () =>
      call.db.write(
        sql`SELECT change_settings_v1(${callerOf(call.caller)},
                                      ${JSON.stringify(changes)}::jsonb, ${patterns.epoch}::bigint,
                                      ${textArray(overlapping)}::text[])`,
      ),
    );
  });
  call.definitions.forget(call.caller.tenant);
  return getSettings(call);
}
