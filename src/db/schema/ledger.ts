import { bigint, integer, pgEnum, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/**
 * `skip`: passed without being given. `burned`: a jump of the counter that a crash of the database left
 * behind. `void`: given, and never to be used. `rewind`: the counter was set back to `first`, and what it
 * had skipped from there up to `last` may be given after all. `reopened`: what was a `skip` before such a
 * rewind. `begin`: the series goes on from elsewhere, its first number being `first`.
 */
export const ledgerKind = pgEnum("ledger_kind", [
  "reserved",
  "skip",
  "burned",
  "void",
  "rewind",
  "reopened",
  "begin",
]);

/** Everything that happened to numbers, as runs `first`, `first + step` ... `last`; nothing is taken out. */
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
  (table) => [
    primaryKey({ columns: [table.tenant, table.series, table.first, table.kind, table.at] }),
  ],
);
