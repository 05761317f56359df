import {
  bigint,
  foreignKey,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";
import { receipts } from "./receipts.ts";

/** A recall: a record beside the state of the lots that it covers. Open until `closed_at`. */
export const recalls = pgTable(
  "recalls",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    reference: text().notNull(),
    reason: text().notNull(),
    apiKey: integer().notNull(),
    openedAt: moment().defaultNow().notNull(),
    closedAt: moment(),
    closedBy: integer(),
    closingReason: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.id] })],
);

/** What tells the lots of a part: names, numbers of a series, when they were recorded, or a receipt. */
export const recallPartKind = pgEnum("recall_part_kind", [
  "names",
  "numbers",
  "reservation",
  "created",
  "receipt",
]);

/**
 * One part of what a recall covers, of one product; of a receipt also of all, without `product`. Which
 * columns it has follows from its `kind`.
 */
export const recallParts = pgTable(
  "recall_parts",
  {
    tenant: exactText().notNull(),
    recall: uuid().notNull(),
    ordinal: integer().notNull(),
    kind: recallPartKind().notNull(),
    product: exactText(),
    series: bigint({ mode: "bigint" }),
    reservation: big(),
    first: big(),
    last: big(),
    createdFrom: moment(),
    createdTo: moment(),
    receipt: uuid(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.recall, table.ordinal] }),
    foreignKey({
      name: "recall_parts_of_recall",
      columns: [table.tenant, table.recall],
      foreignColumns: [recalls.tenant, recalls.id],
    }),
    foreignKey({
      name: "recall_parts_of_receipt",
      columns: [table.tenant, table.receipt],
      foreignColumns: [receipts.tenant, receipts.id],
    }),
  ],
);

/** The names of a part of kind `names`. */
export const recallNames = pgTable(
  "recall_names",
  {
    tenant: exactText().notNull(),
    recall: uuid().notNull(),
    part: integer().notNull(),
    name: exactText().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.recall, table.part, table.name] })],
);
