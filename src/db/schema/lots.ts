import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/**
 * Recorded lots and serials. Every lot is in one index only: it keeps names unique per product and finds a
 * name with or without its product; creation order comes from `item`
 * (docs/decisions/0001-one-index-on-lots.md). The others are partial: a new lot is in none of them,
 * unless it has an expiry date.
 */
export const lots = pgTable(
  "lots",
  {
    tenant: exactText().notNull(),
    name: exactText().notNull(),
    product: exactText().notNull(),
    item: bigint({ mode: "bigint" }).notNull(),
    number: big(),
    createdAt: moment().notNull(),
    quantity: numeric().notNull(),
    state: text().notNull().default("available"),
    expiresOn: date({ mode: "string" }),
    producedOn: date({ mode: "string" }),
    location: text(),
    attributes: jsonb(),
  },
  (table) => [
    primaryKey({ name: "lots_name", columns: [table.tenant, table.name, table.product] }),
    index("lots_by_expiry")
      .on(table.tenant, table.state, table.expiresOn, table.product, table.name)
      .where(sql`expires_on IS NOT NULL`),
    index("lots_by_state")
      .on(table.tenant, table.state, table.product, table.name)
      .where(sql`state <> 'available'`),
    index("lots_by_location")
      .on(table.tenant, table.location, table.product, table.name)
      .where(sql`location IS NOT NULL`),
  ],
);

/**
 * What was done to lots of one product by one request: `after` holds the fields that it set. `request`
 * tells a statement that was sent twice from another one that asks for the same; `receipt` is the one that
 * did it or took it back.
 */
export const lotChanges = pgTable(
  "lot_changes",
  {
    tenant: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedByDefaultAsIdentity(),
    product: exactText().notNull(),
    at: moment().notNull(),
    apiKey: integer().notNull(),
    after: jsonb().notNull(),
    reference: exactText(),
    party: exactText(),
    request: uuid(),
    receipt: uuid(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("lot_changes_by_product").on(table.tenant, table.product, table.id),
    index("lot_changes_by_party")
      .on(table.tenant, table.party, table.id)
      .where(sql`party IS NOT NULL`),
    index("lot_changes_by_reference")
      .on(table.tenant, table.reference, table.id)
      .where(sql`reference IS NOT NULL`),
  ],
);

/** What each lot of a change was `before`, in the fields that became different; only ever appended to. */
export const lotHistory = pgTable(
  "lot_history",
  {
    tenant: exactText().notNull(),
    name: exactText().notNull(),
    product: exactText().notNull(),
    change: bigint({ mode: "bigint" }).notNull(),
    before: jsonb().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.name, table.product, table.change] }),
    index("lot_history_of_change").on(table.tenant, table.change, table.name),
  ],
);
