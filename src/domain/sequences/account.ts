import { sql } from "drizzle-orm";
import { checkedCaller } from "../../db/client.ts";
import type { Call } from "../call.ts";
import { getSequence } from "./get.ts";

/** What became of every number that a counter has passed; all are decimal strings. */
export interface Account {
  readonly sequence: string;
  /** Numbers that the counter has passed. */
  readonly passed: string;
  readonly reserved: string;
  /** Of the reserved ones. */
  readonly voided: string;
  /** Of the reserved ones: taken by jobs, recorded or about to be. */
  readonly taken: string;
  /** Of the reserved ones: neither voided nor taken. */
  readonly open: string;
  readonly skipped: string;
  /** Passed and in no ledger entry yet, while a transaction that drew is still running. */
  readonly in_flight: string;
  /** Passed and in no ledger entry: jumps that crashes of the database left. */
  readonly burned: string;
  readonly next: string | null;
}

/** Fails: sequence_not_found. */
export async function accountOf(call: Call, key: string): Promise<Account> {
  const { next } = await getSequence(call, key);
  const [row] = await call.db.read<{ account: Omit<Account, "next"> }>(
    sql`SELECT ${checkedCaller(call.caller)},
               account_v1(${call.caller.tenant}::text, ${key}::text) AS account`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return { ...row.account, next };
}
