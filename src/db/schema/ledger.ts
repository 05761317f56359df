import { bigint, index, integer, pgEnum, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/**
 * `skip`: passed without being given. `fence`: passed, and nobody knows which of them a lost part of the
 * database gave. `burned`: a jump of the counter that a crash of the database left
 * behind. `void`: given, and never to be used. `rewind`: the counter was set back to `first`, and what it
 * had skipped from there up to `last` may be given after all. `reopened`: what was a `skip` before such a
 * rewind. `begin`: the series goes on from elsewhere, its first number being `first`.
 */
export const ledgerKind = pgEnum("ledger_kind", [
  "reserved",
  "skip",
  "fence",
  "burned",
  "void",
  "rewind",
  "reopened",
  "begin",
]);

/**
 * Everything that happened to numbers, as runs `first`, `first + step` ... `last`; nothing is taken out.
 * Nothing is changed but skips by a rewind, which keeps in `reopened_skips` what they were.
 */
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
    origin: integer().notNull(),
    at: moment().defaultNow().notNull(),
    reason: text(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.series, table.first, table.kind, table.at] }),
    // For sealing, which reads by time: of a table that only grows it costs a draw next to nothing.
    index("ledger_by_time").using("brin", table.at).with({ autosummarize: true }),
  ],
);

/**
 * A skip of the ledger, known by its `series`, `first` and `at`, as it was before a rewind: its `last`
 * number, and from which on it was reopened. With these the ledger can be read as it was first written.
 */
export const reopenedSkips = pgTable(
  "reopened_skips",
  {
    tenant: exactText().notNull(),
    series: bigint({ mode: "bigint" }).notNull(),
    first: big().notNull(),
    at: moment().notNull(),
    last: big().notNull(),
    reopenedFrom: big().notNull(),
    reopenedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenant, table.series, table.first, table.at, table.reopenedFrom],
    }),
    index("reopened_skips_by_time").on(table.tenant, table.reopenedAt),
  ],
);
