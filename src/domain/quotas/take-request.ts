import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { bytes } from "../../db/client.ts";
import type { Used } from "./quota.ts";

/** How long counting may take before its request is told to come back, in seconds. */
const patience = 2;

/** What came of counting a request, with what is used by now. */
export interface CountedRequest {
  readonly is_let_in: boolean;
  readonly requests: Used;
  /** Null: the key has no quota of numbers a day. */
  readonly numbers: Used | null;
}

/**
 * Counts a request of the key with that SHA-256 in hex, which has a quota of them. Null for a key that is
 * refused anyway: it was revoked or has expired. Fails: database_unavailable, database_slow.
 */
export async function takeRequest(db: Database, digest: string): Promise<CountedRequest | null> {
  const [row] = await db.read<{ counted: CountedRequest | null }>(
    sql`SELECT take_request_v1(${bytes(digest)}) AS counted`,
    patience,
  );
  return row?.counted ?? null;
}
