import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";
import { tenants } from "./tenants.ts";

export const sequenceMode = pgEnum("sequence_mode", ["standard"]);
export const sequenceReset = pgEnum("sequence_reset", ["never"]);
export const sequenceOverflow = pgEnum("sequence_overflow", ["widen", "reject"]);

/** A named pattern with a counter policy. `ceiling` is the last number that it may give. */
export const sequences = pgTable(
  "sequences",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    key: exactText().notNull(),
    pattern: exactText().notNull(),
    width: smallint().notNull(),
    mode: sequenceMode().notNull(),
    start: big().notNull(),
    increment: big().notNull(),
    reset: sequenceReset().notNull(),
    timeZone: text().notNull(),
    fiscalYearStart: text().notNull(),
    overflow: sequenceOverflow().notNull(),
    hot: boolean().notNull(),
    ceiling: bigint({ mode: "bigint" })
      .notNull()
      .generatedAlwaysAs(
        sql`CASE WHEN overflow = 'reject' THEN power(10::numeric, width::numeric)::bigint - 1 ELSE 999999999999999999 END`,
      ),
    definition: uuid()
      .notNull()
      .generatedAlwaysAs(
        sql`md5(pattern || chr(10) || width::text || chr(10) || start::text || chr(10) || increment::text || chr(10) || time_zone || chr(10) || fiscal_year_start || chr(10) || CASE overflow WHEN 'reject' THEN 'reject' ELSE 'widen' END)::uuid`,
      ),
    createdAt: moment().defaultNow().notNull(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key] }),
    index("sequences_in_order").on(table.tenant, table.createdAt, table.key),
  ],
);

/**
 * One running counter. While `promoted`, the counter is the Postgres sequence `counters.series_<id>`.
 * What it has given is `issued_before` up to the number `since`, where its increment last changed, and
 * from there on one number an increment, less the `skipped` ones.
 */
export const series = pgTable(
  "series",
  {
    tenant: exactText().notNull(),
    sequence: exactText().notNull(),
    period: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedAlwaysAsIdentity(),
    next: big().notNull(),
    since: big().notNull(),
    issuedBefore: big()
      .notNull()
      .default(sql`0`),
    skipped: big()
      .notNull()
      .default(sql`0`),
    promoted: boolean().notNull().default(false),
    waits: smallint().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sequence, table.period] }),
    uniqueIndex("series_id").on(table.id),
    foreignKey({
      name: "series_of_sequence",
      columns: [table.tenant, table.sequence],
      foreignColumns: [sequences.tenant, sequences.key],
    }),
  ],
);

/** Every bound form under which a sequence has ever given a number. */
export const forms = pgTable(
  "forms",
  {
    tenant: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedAlwaysAsIdentity(),
    sequence: exactText().notNull(),
    prefix: exactText().notNull(),
    width: smallint().notNull(),
    suffix: exactText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("forms_of_sequence").on(table.tenant, table.sequence, table.id),
    uniqueIndex("forms_by_text").on(
      table.tenant,
      table.prefix,
      table.suffix,
      table.width,
      table.sequence,
    ),
  ],
);
