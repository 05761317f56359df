import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import type { WakeLater } from "../webhooks/sweep.ts";
import { sweepWebhooks } from "../webhooks/sweep.ts";
import { inTurns } from "./turns.ts";

/** Seconds of a run for each of the two. */
const patience = { audit: 15, alerts: 30 };

/** What of a tenant's audit is compared in one turn: seals, and about so many rows of each comparison. */
const piece = { seals: 50, rows: 2_000 };

/**
 * Compares a piece of each tenant's audit with its seals, round after round; then opens and closes alerts as what they
 * tell of comes and goes, and has webhooks told of it.
 */
export async function watch(db: Database, wake: WakeLater): Promise<void> {
  const compared = inTurns(db, "audit", patience.audit, async (tenant) =>
    db.write(
      sql`SELECT compare_audit_v1(${tenant}::text, ${piece.seals}::int, ${piece.rows}::bigint)`,
    ),
  );
  try {
    await compared;
  } finally {
    await watchAlerts(db, wake);
  }
}

async function watchAlerts(db: Database, wake: WakeLater): Promise<void> {
  try {
    await inTurns(db, "alerts", patience.alerts, async (tenant) =>
      db.write(sql`SELECT compare_alerts_v1(${tenant}::text)`),
    );
  } finally {
    await sweepWebhooks(db, wake);
  }
}
