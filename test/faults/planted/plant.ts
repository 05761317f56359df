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
    await again.query("truncate ledger, lots, job_items, jobs, requests cascade");
    for (const statement of fault.after ?? []) await again.query(statement);
  };
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
