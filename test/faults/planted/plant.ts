import { DatabaseError } from "pg";
import type { ClientBase } from "pg";

import type { PlantedFault } from "./planted-faults.ts";

/** Breaks the service as the fault says. Answers what mends it again. */
export async function plant(
  client: ClientBase,
  fault: PlantedFault,
): Promise<(client: ClientBase) => Promise<void>> {
  const originals: string[] = [];
  for (const statement of fault.before ?? []) await client.query(statement);
  for (const edit of fault.edits) {
    const text = await definitionOf(client, edit.function);
    const changed = text.replace(edit.from, () => edit.to);
    if (changed === text) {
      throw new Error(`${edit.function} has no ${String(edit.from)} any more: see ${fault.name}.`);
    }
    originals.unshift(text);
    await client.query(changed);
  }
  return async (again) => {
    for (const original of originals) await again.query(original);
    // What the broken service wrote may be what the constraints refuse.
    await emptyTables(again);
    for (const statement of fault.after ?? []) await again.query(statement);
  };
}

/** Requests that nobody waits for any more may still run, and hold the same tables in another order. */
async function emptyTables(client: ClientBase): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query("truncate ledger, leases, lots, job_items, jobs, requests cascade");
      return;
    } catch (error) {
      const deadlock = error instanceof DatabaseError && error.code === "40P01";
      if (!deadlock || tries === 10) throw error;
    }
  }
}

async function definitionOf(client: ClientBase, name: string): Promise<string> {
  const { rows } = await client.query<{ text: string }>(
    "select pg_get_functiondef(oid) as text from pg_proc where proname = $1",
    [name],
  );
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`There is not one function ${name}.`);
  return row.text;
}
