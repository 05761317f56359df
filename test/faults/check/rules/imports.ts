import type { FinalState, ImportState } from "../final-state.ts";
import type { Operation } from "../operations.ts";
import type { Violation } from "../violation.ts";
import type { WantedRow } from "../wanted.ts";

/** Lines of a file before its first row. */
const header = 1;

/**
 * An import that was acknowledged is there, and each row of its file came to one thing: its lot is there,
 * or its line is listed as refused. It made as many lots as it says, so that no row made one twice.
 */
export function rowsOnce(operations: readonly Operation[], state: FinalState): Violation[] {
  const names = new Set(state.named.map(({ product, name }) => `${product} ${name}`));
  const products = new Set(state.products.map(({ sku }) => sku));
  return operations.flatMap(({ wanted, told, acknowledged }): Violation[] => {
    if (wanted.kind !== "import" || told?.kind !== "import") return [];
    const calls = acknowledged.map(({ id }) => id);
    const { id } = told.answer;
    const found = state.imports.find((one) => one.id === id);
    if (found === undefined) return [{ kind: "import_missing", calls, facts: { import: id } }];
    const items = state.jobs.find((job) => job.id === id)?.items ?? [];
    const made = items.reduce((sum, { lots }) => sum + lots, 0);
    const wrong = wanted.rows.findIndex((row, place) => {
      const isRefused = found.lines.includes(place + 1 + header);
      return isRefused ? false : !isThere(row, names, products);
    });
    if (wrong === -1 && isSummedUp(found, wanted.rows.length, made)) return [];
    const { created, unchanged, refused } = found;
    const facts = { import: id, rows: found.rows, created, unchanged, refused, made, wrong };
    return [{ kind: "import_rows_wrong", calls, facts }];
  });
}

function isThere(
  { product, name }: WantedRow,
  names: ReadonlySet<string>,
  products: ReadonlySet<string>,
): boolean {
  return products.has(product) && names.has(`${product} ${name}`);
}

function isSummedUp(
  { rows, created, updated, unchanged, refused, lines }: ImportState,
  wanted: number,
  made: number,
): boolean {
  if (rows !== wanted || created + updated + unchanged + refused !== wanted) return false;
  return created === made && refused === lines.length;
}
