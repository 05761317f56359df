import { sql } from "drizzle-orm";
import {
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";
import { sequences } from "./sequences.ts";
import { tenants } from "./tenants.ts";

export const productTracking = pgEnum("product_tracking", ["none", "lot", "serial"]);
export const productExpiry = pgEnum("product_expiry", ["none", "optional", "required"]);

/** What is tracked. `sequence` is its own one; null means the tenant's default. */
export const products = pgTable(
  "products",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    sku: exactText().notNull(),
    name: text(),
    tracking: productTracking().notNull(),
    sequence: exactText(),
    gtin: exactText(),
    expiry: productExpiry().notNull(),
    shelfLifeDays: integer(),
    definition: uuid()
      .notNull()
      .generatedAlwaysAs(
        sql`md5(CASE tracking WHEN 'none' THEN 'none' WHEN 'lot' THEN 'lot' ELSE 'serial' END || chr(10) || CASE expiry WHEN 'none' THEN 'none' WHEN 'optional' THEN 'optional' ELSE 'required' END || chr(10) || coalesce(shelf_life_days::text, ''))::uuid`,
      ),
    createdAt: moment().defaultNow().notNull(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sku] }),
    index("products_in_order").on(table.tenant, table.createdAt, table.sku),
    foreignKey({
      name: "products_sequence",
      columns: [table.tenant, table.sequence],
      foreignColumns: [sequences.tenant, sequences.key],
    }),
  ],
);

/** What holds for the whole tenant. */
export const settings = pgTable(
  "settings",
  {
    tenant: exactText()
      .primaryKey()
      .references(() => tenants.tenant),
    defaultSequence: exactText(),
    timeZone: text().notNull().default("UTC"),
    /** Counts the changes of the tenant's patterns: who compared them in between starts again. */
    patternEpoch: big()
      .notNull()
      .default(sql`0`),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    foreignKey({
      name: "settings_default_sequence",
      columns: [table.tenant, table.defaultSequence],
      foreignColumns: [sequences.tenant, sequences.key],
    }),
  ],
);
