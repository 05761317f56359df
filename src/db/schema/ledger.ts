import { bigint, integer, pgEnum, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/** `burned` is a jump of the counter that a crash of the database left behind. */
export const ledgerKind = pgEnum("ledger_kind", ["reserved", "skip", "burned", "void"]);

/** Everything that happened to numbers, as runs `first`, `first + step` ... `last`; only ever appended to. */
export const ledger = pgTable(
  "ledger",
  {
    tenant: exactText().notNull(),
    series: bigint({ mode: "bigint" }).notNull(),
    first: big().notNull(),
    last: big().notNull(),
    step: big().notNull(),
    form: bigint({ mode: "bigint" }),
    kind: ledgerKind().notNull(),
    apiKey: integer().notNull(),
    at: moment().defaultNow().notNull(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.series, table.first, table.kind] })],
);
