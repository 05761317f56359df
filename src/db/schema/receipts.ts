import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { digest, exactText, moment } from "./columns.ts";

export const receiptStatus = pgEnum("receipt_status", ["received", "cancelled"]);

/**
 * Inbound goods. `fingerprint` tells the same delivery sent again from another one; `job` records the lots
 * that are new, null when there are none.
 */
export const receipts = pgTable(
  "receipts",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    reference: exactText().notNull(),
    status: receiptStatus().notNull().default("received"),
    at: text(),
    fingerprint: digest().notNull(),
    job: uuid(),
    apiKey: integer().notNull(),
    createdAt: moment().defaultNow().notNull(),
    cancelledAt: moment(),
    cancelledBy: integer(),
    reason: text(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("receipts_live_reference")
      .on(table.tenant, table.reference)
      .where(sql`status <> 'cancelled'`),
    index("receipts_by_reference").on(table.tenant, table.reference, table.id),
    index("receipts_by_job").on(table.tenant, table.job),
  ],
);

/** A line of a receipt; its new lots are those of items `first_item` to `last_item` of the job. */
export const receiptLines = pgTable(
  "receipt_lines",
  {
    tenant: exactText().notNull(),
    receipt: uuid().notNull(),
    ordinal: integer().notNull(),
    product: exactText().notNull(),
    quantity: numeric().notNull(),
    quantityPerLot: numeric(),
    location: text(),
    producedOn: date({ mode: "string" }),
    expiresOn: date({ mode: "string" }),
    attributes: jsonb(),
    firstItem: integer(),
    lastItem: integer(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.receipt, table.ordinal] })],
);

/**
 * What a receipt did to lots that were there: `quantity` more of a lot, or a serial that came back. Before
 * and after are kept, so that it can be undone as long as nobody else touched the lot.
 */
export const receiptGrowths = pgTable(
  "receipt_growths",
  {
    tenant: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedByDefaultAsIdentity(),
    receipt: uuid().notNull(),
    line: integer().notNull(),
    product: exactText().notNull(),
    name: exactText().notNull(),
    quantity: numeric().notNull(),
    quantityBefore: numeric().notNull(),
    stateBefore: text().notNull(),
    locationBefore: text(),
    quantityAfter: numeric().notNull(),
    stateAfter: text().notNull(),
    locationAfter: text(),
    undoneAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("receipt_growths_of_receipt").on(
      table.tenant,
      table.receipt,
      table.name,
      table.product,
    ),
    index("receipt_growths_of_lot")
      .on(table.tenant, table.name, table.product, table.id)
      .where(sql`undone_at IS NULL`),
  ],
);
