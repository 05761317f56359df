import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment, postgresSequence } from "./columns.ts";
import { tenants } from "./tenants.ts";

export const sequenceDialect = pgEnum("sequence_dialect", ["native", "odoo", "frappe"]);
export const sequenceMode = pgEnum("sequence_mode", ["standard", "gapless"]);
/** `prefix`: the rendered text before the counter names the series, as Frappe counts. */
export const sequenceReset = pgEnum("sequence_reset", [
  "never",
  "yearly",
  "monthly",
  "weekly",
  "daily",
  "fiscal",
  "prefix",
]);
export const sequenceOverflow = pgEnum("sequence_overflow", ["widen", "reject"]);

/** A named pattern with a counter policy. `ceiling` is the last number that it may give. */
export const sequences = pgTable(
  "sequences",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    key: exactText().notNull(),
    dialect: sequenceDialect().notNull().default("native"),
    /** The text in its dialect; an Odoo one is its prefix, suffix and padding as JSON. */
    pattern: exactText().notNull(),
    width: smallint().notNull(),
    mode: sequenceMode().notNull(),
    start: big().notNull(),
    increment: big().notNull(),
    reset: sequenceReset().notNull(),
    /** The sequence whose series it counts in: itself, or `naming-series` with others. */
    counter: exactText().notNull(),
    timeZone: text().notNull(),
    fiscalYearStart: text().notNull(),
    overflow: sequenceOverflow().notNull(),
    hot: boolean().notNull(),
    /** Whether it may give names that other sequences can give, as long as no product takes both. */
    allowOverlap: boolean().notNull().default(false),
    ceiling: bigint({ mode: "bigint" })
      .notNull()
      .generatedAlwaysAs(
        sql`CASE WHEN overflow = 'reject' THEN power(10::numeric, width::numeric)::bigint - 1 ELSE 999999999999999999 END`,
      ),
    definition: uuid()
      .notNull()
      .generatedAlwaysAs(
        sql`md5(CASE dialect WHEN 'native' THEN 'native' WHEN 'odoo' THEN 'odoo' ELSE 'frappe' END || chr(10) || pattern || chr(10) || width::text || chr(10) || start::text || chr(10) || increment::text || chr(10) || CASE reset WHEN 'never' THEN 'never' WHEN 'yearly' THEN 'yearly' WHEN 'monthly' THEN 'monthly' WHEN 'weekly' THEN 'weekly' WHEN 'daily' THEN 'daily' WHEN 'fiscal' THEN 'fiscal' ELSE 'prefix' END || chr(10) || CASE counter WHEN key THEN '' ELSE counter END || chr(10) || time_zone || chr(10) || fiscal_year_start || chr(10) || CASE overflow WHEN 'reject' THEN 'reject' ELSE 'widen' END)::uuid`,
      ),
    /**
     * By how many numbers series begin further on that may have been begun before, in a part of the database
     * that was lost.
     */
    fenceWidth: big()
      .notNull()
      .default(sql`0`),
    /** Of those of periods, the ones that begin until then. */
    fencedUntil: moment(),
    /** Who fenced it last, and why. */
    fenceOrigin: integer(),
    fenceReason: text(),
    createdAt: moment().defaultNow().notNull(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key] }),
    index("sequences_in_order").on(table.tenant, table.createdAt, table.key),
    unique("sequences_policy").on(
      table.tenant,
      table.key,
      table.definition,
      table.increment,
      table.ceiling,
      table.mode,
      table.hot,
    ),
  ],
);

/**
 * Every pattern under which names were given and that no sequence shows any more, with the lowest and the
 * highest number that they can have: a name that was given once can come again. Those of `naming-series` are
 * what came with requests for names: each is bound here, for good, before its first number.
 */
export const pastPatterns = pgTable(
  "past_patterns",
  {
    tenant: exactText().notNull(),
    sequence: exactText().notNull(),
    dialect: sequenceDialect().notNull(),
    pattern: exactText().notNull(),
    fiscalYearStart: exactText().notNull(),
    counter: exactText().notNull(),
    first: big().notNull(),
    last: big().notNull(),
    /** Of a naming series, as the sequence has it of a sequence's: whether its names may be others' too. */
    allowOverlap: boolean().notNull().default(false),
    /** Of a naming series: the epoch of the tenant's patterns that began with it, as it is now. */
    boundEpoch: big(),
  },
  (table) => [
    index("past_patterns_bound").on(table.tenant, table.boundEpoch),
    primaryKey({
      columns: [
        table.tenant,
        table.sequence,
        table.dialect,
        table.pattern,
        table.fiscalYearStart,
        table.counter,
      ],
    }),
    foreignKey({
      name: "past_patterns_of_sequence",
      columns: [table.tenant, table.sequence],
      foreignColumns: [sequences.tenant, sequences.key],
    }),
  ],
);

/**
 * The latest changes of a tenant's patterns: the epoch that began with each, and the sequences whose patterns
 * it concerns. Whoever knows an earlier epoch reads the patterns of those again and of no others.
 */
export const patternChanges = pgTable(
  "pattern_changes",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    epoch: big().notNull(),
    sequences: text().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.epoch] })],
);

/**
 * One running counter. It counts in its row, or with the Postgres sequence that it is `promoted_to`.
 * What it has passed is `passed_before` up to the number `since`, where its increment last changed, and
 * from there on one number an increment; `skipped` of them were passed and not given. Its sequence's definition and counter
 * policy stand here again, so that a draw finds all that it needs in the row that it locks; the reference
 * keeps them equal. A series of a period ends with its last day, `ends_on`; some time after that it is
 * closed, and the next draw opens it again.
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
    passedBefore: big()
      .notNull()
      .default(sql`0`),
    skipped: big()
      .notNull()
      .default(sql`0`),
    promotedTo: postgresSequence(),
    waits: smallint().notNull().default(0),
    definition: uuid().notNull(),
    increment: big().notNull(),
    ceiling: big().notNull(),
    mode: sequenceMode().notNull(),
    hot: boolean().notNull(),
    endsOn: date({ mode: "string" }),
    closedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.sequence, table.period] }),
    uniqueIndex("series_id").on(table.id),
    index("series_to_close")
      .on(table.endsOn)
      .where(sql`closed_at IS NULL`),
    foreignKey({
      name: "series_of_sequence",
      columns: [
        table.tenant,
        table.sequence,
        table.definition,
        table.increment,
        table.ceiling,
        table.mode,
        table.hot,
      ],
      foreignColumns: [
        sequences.tenant,
        sequences.key,
        sequences.definition,
        sequences.increment,
        sequences.ceiling,
        sequences.mode,
        sequences.hot,
      ],
    }).onUpdate("cascade"),
  ],
);

/** Every bound form under which a series has ever given a number. */
export const forms = pgTable(
  "forms",
  {
    tenant: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedAlwaysAsIdentity(),
    series: bigint({ mode: "bigint" }).notNull(),
    prefix: exactText().notNull(),
    width: smallint().notNull(),
    suffix: exactText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("forms_of_series").on(table.tenant, table.series, table.id),
    uniqueIndex("forms_by_text").on(
      table.tenant,
      table.prefix,
      table.suffix,
      table.width,
      table.series,
    ),
  ],
);
