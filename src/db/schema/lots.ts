import {
  bigint,
  date,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

export const lotState = pgEnum("lot_state", [
  "available",
  "reserved",
  "shipped",
  "consumed",
  "scrapped",
]);

/**
 * Recorded lots and serials. One index only: it keeps names unique per product and finds a name with or
 * without its product; creation order comes from `item` (docs/decisions/0001-one-index-on-lots.md).
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
    state: lotState().notNull().default("available"),
    expiresOn: date({ mode: "string" }),
    producedOn: date({ mode: "string" }),
    location: text(),
    attributes: jsonb(),
  },
  (table) => [
    primaryKey({ name: "lots_name", columns: [table.tenant, table.name, table.product] }),
  ],
);
