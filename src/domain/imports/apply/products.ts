import { sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { textArray } from "../../../db/client.ts";
import { Failure } from "../../../errors.ts";
import type { ProductRow } from "../../products/product.ts";
import type { ProductRecord, SequenceOfProduct } from "../record.ts";
import type { Applying, Decide } from "./decisions.ts";
import { Decisions } from "./decisions.ts";
import { NewPatterns } from "./new-patterns.ts";
import type { KnownSequence } from "./sequences.ts";
import { knownSequences, sequenceDifferences, storedOrRefused } from "./sequences.ts";

type ProductFields = Pick<
  ProductRow,
  "name" | "tracking" | "sequence" | "gtin" | "expiry" | "shelf_life_days"
>;

interface KnownProduct extends ProductFields {
  readonly sku: string;
  readonly has_lots: boolean;
}

const expiryFields = ["expiry", "shelf_life_days"];
const sequenceColumns = ["serial_series", "batch_series", "sequence_code", "sequence_name"];

/** Products by SKU, with the sequences of naming series that they bring along. */
export const applyProducts: Decide<ProductRecord> = async (applying, placed) => {
  const { db, tenant, columns } = applying;
  const decisions = new Decisions(columns);
  const known = await knownProducts(
    db,
    tenant,
    placed.map(({ record }) => record.sku),
  );
  const keys = placed.flatMap(({ record }) => record.sequence?.key ?? []);
  const sequences = await knownSequences(db, tenant, keys);
  const patterns = await NewPatterns.of(applying);
  const saysExpiry = expiryFields.some((field) => columns[field] !== undefined);
  for (const { line, record } of placed) {
    const { sku, sequence } = record;
    const before = known.get(sku);
    const after = fieldsAfter(before, record, saysExpiry);
    if (before !== undefined && before.has_lots && before.tracking !== after.tracking) {
      const facts = { product: sku, tracking: before.tracking };
      decisions.refuse(line, ["tracking", "has_serial_no"], "product_tracking_fixed", facts);
      continue;
    }
    if (sequence !== null && !takesSequence(decisions, line, sequence, { sequences, patterns }))
      continue;
    if (before !== undefined && isSame(before, after)) {
      decisions.count("unchanged");
      continue;
    }
    const isMoved = before !== undefined && before.sequence !== after.sequence;
    const overlapping = isMoved ? patterns.unshareable(after.sequence) : [];
    if (isMoved) {
      const shared = await sharingOf(applying, { sku, sequence: after.sequence, overlapping });
      if (shared !== null) {
        decisions.refuseAs(line, sequenceColumns, shared);
        continue;
      }
      if (overlapping.length > 0) decisions.writes.epoch = patterns.epoch;
    }
    decisions.writes.products.push({ sku, fields: after, overlapping });
    decisions.count(before === undefined ? "created" : "updated");
  }
  return decisions;
};

/** Why a product cannot be served by a sequence beside others whose names it has taken; null when it can. */
async function sharingOf(
  { db, tenant }: Applying,
  {
    sku,
    sequence,
    overlapping,
  }: { readonly sku: string; readonly sequence: string | null; readonly overlapping: string[] },
): Promise<Failure | null> {
  if (overlapping.length === 0) return null;
  try {
    await db.readOf(
      tenant,
      sql`SELECT refuse_sharing(${tenant}::text, ${sku}::text, ${sequence}::text, ${textArray(overlapping)}::text[])`,
    );
    return null;
  } catch (error) {
    if (error instanceof Failure && error.code === "pattern_shared") return error;
    throw error;
  }
}

/** What a product is afterwards: what the file leaves empty stays as it is. */
function fieldsAfter(
  before: KnownProduct | undefined,
  record: ProductRecord,
  saysExpiry: boolean,
): ProductFields {
  const expiry = saysExpiry || before === undefined ? record.expiry : before.expiry;
  const shelfLife = record.shelf_life_days ?? before?.shelf_life_days ?? null;
  return {
    name: record.name ?? before?.name ?? null,
    tracking: record.tracking,
    sequence: record.sequence?.key ?? before?.sequence ?? null,
    gtin: record.gtin ?? before?.gtin ?? null,
    expiry,
    shelf_life_days: expiry === "none" ? null : shelfLife,
  };
}

function isSame(before: ProductFields, after: ProductFields): boolean {
  return (
    before.name === after.name &&
    before.tracking === after.tracking &&
    before.sequence === after.sequence &&
    before.gtin === after.gtin &&
    before.expiry === after.expiry &&
    before.shelf_life_days === after.shelf_life_days
  );
}

/**
 * Whether a product can have its sequence: one that there is, or one that the file brings along, which is
 * then among `sequences`. Refuses: unknown_sequence, import_sequence_differs, and as putSequence.
 */
function takesSequence(
  decisions: Decisions,
  line: number,
  { key, pattern }: SequenceOfProduct,
  { sequences, patterns }: { sequences: Map<string, KnownSequence>; patterns: NewPatterns },
): boolean {
  const before = sequences.get(key);
  if (pattern === null || pattern.dialect !== "frappe") {
    if (before === undefined) {
      decisions.refuse(line, sequenceColumns, "unknown_sequence", { sequence: key });
    }
    return before !== undefined;
  }
  const stored = storedOrRefused(key, {
    dialect: "frappe",
    pattern: pattern.pattern,
    mode: "standard",
    reset: "never",
    start: 1n,
    increment: 1n,
    fiscal_year_start: "01-01",
    hot: false,
    allow_overlap: patterns.allowOverlap,
  });
  if (stored instanceof Failure) {
    decisions.refuseAs(line, sequenceColumns, stored);
    return false;
  }
  const { fields, version } = stored;
  if (before === undefined) {
    const refusal = patterns.add(version);
    if (refusal !== null) {
      decisions.refuseAs(line, sequenceColumns, refusal);
      return false;
    }
    decisions.makeSequence(key, fields, patterns.epoch);
    // Its fields are those that the store keeps of a sequence.
    sequences.set(key, { key, ...fields } as unknown as KnownSequence);
    return true;
  }
  const differences = sequenceDifferences(before, fields);
  if (differences.length === 0) return true;
  const facts = { sequence: key, differences };
  decisions.refuse(line, sequenceColumns, "import_sequence_differs", facts);
  return false;
}

async function knownProducts(
  db: Database,
  tenant: string,
  skus: readonly string[],
): Promise<Map<string, KnownProduct>> {
  const rows = await db.readOf<KnownProduct>(
    tenant,
    sql`SELECT p.sku, p.name, p.tracking, p.sequence, p.gtin, p.expiry, p.shelf_life_days,
               EXISTS (SELECT FROM job_items AS i WHERE i.tenant = p.tenant AND i.product = p.sku)
                 AS has_lots
        FROM products AS p
        WHERE p.tenant = ${tenant}
          AND p.sku = ANY (SELECT jsonb_array_elements_text(${JSON.stringify(skus)}::jsonb))`,
  );
  return new Map(rows.map((row) => [row.sku, row]));
}
