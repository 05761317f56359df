import { sql } from "drizzle-orm";
import { bytes } from "../../db/client.ts";
import type { Call } from "../call.ts";
import { alwaysAt, pointed } from "../pointed.ts";

/** Rows that one call compares, about: what seals they are in is compared to its end. */
const rows = 100_000;

/** What can be wrong with a seal, with what it covers, or with the chain that should have a digest. */
export const faults = [
  "row_missing",
  "row_added",
  "row_unsealed",
  "row_changed",
  "seal_changed",
  "seal_missing",
  "digest_missing",
] as const;

/** How many rows there were when they were sealed, and how many there are. */
interface Compared {
  readonly sealed: number;
  readonly found: number;
}

/** Where the chain breaks. */
interface ChainBreak {
  /** Null: all of it has been made anew, or is of an earlier time. */
  readonly seal: number | null;
  readonly what: (typeof faults)[number];
  /** The span of time that the seal covers; its beginning is null for the first one. */
  readonly from: string | null;
  readonly to: string | null;
  readonly events: Compared | null;
  readonly entries: Compared | null;
}

/** What comparing a stretch of the chain with what stands in the store came to. */
export interface Verification {
  readonly intact: boolean;
  /** How many seals were compared, and how many rows stand there for them. */
  readonly seals: number;
  readonly rows: number;
  /** The last of them, and its digest; null: none was compared. */
  readonly last_seal: number | null;
  readonly last_digest: string | null;
  /** Where the next call goes on; null: at the end. */
  readonly next_seal: number | null;
  /** The first 20. */
  readonly breaks: ChainBreak[];
  readonly sealed_until: string | null;
  readonly unsealed: number;
  /** The seal that has the digest which was asked for; null: none. */
  readonly digest_seal: number | null;
}

/** What `GET /v1/audit/verification` asks for. */
export interface VerificationInput {
  readonly from_seal: number;
  readonly to_seal: number;
  /** One that was kept elsewhere, 64 hex digits. */
  readonly digest?: string | undefined;
}

/** Compares seals with what stands there by now, as many as one call can. Fails: unknown_seal. */
export async function verifyAudit(
  { db, caller }: Call,
  { from_seal, to_seal, digest }: VerificationInput,
): Promise<Verification> {
  const kept = digest === undefined ? sql`NULL` : bytes(digest);
  const [row] = await pointed(alwaysAt({ unknown_seal: "/from_seal" }), () =>
    db.readFor<{ found: Verification }>(
      caller,
      sql`SELECT verify_audit_v1(${caller.tenant}::text, ${from_seal}::int, ${to_seal}::int,
                               ${rows}::bigint, ${kept}) AS found`,
    ),
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return row.found;
}
