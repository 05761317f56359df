import {
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { exactText, moment } from "./columns.ts";

export const countStatus = pgEnum("count_status", ["draft", "applied"]);

/** A physical inventory. `job` records the lots that applying it made, null when it made none. */
export const counts = pgTable(
  "counts",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    reference: exactText(),
    status: countStatus().notNull().default("draft"),
    at: text(),
    job: uuid(),
    apiKey: integer().notNull(),
    createdAt: moment().defaultNow().notNull(),
    appliedAt: moment(),
    appliedBy: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("counts_by_reference").on(table.tenant, table.reference, table.id),
  ],
);

/**
 * A line of a count. `recorded` is what was recorded when it was applied, null before; `skipped` says why
 * nothing came of the line, by the code of a failure. Its new lots are those of the job's item of the same
 * ordinal.
 */
export const countLines = pgTable(
  "count_lines",
  {
    tenant: exactText().notNull(),
    count: uuid().notNull(),
    ordinal: integer().notNull(),
    product: exactText().notNull(),
    location: text(),
    lot: exactText(),
    countedQuantity: numeric().notNull(),
    fields: jsonb(),
    producedOn: date({ mode: "string" }),
    expiresOn: date({ mode: "string" }),
    recorded: numeric(),
    skipped: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.count, table.ordinal] })],
);
