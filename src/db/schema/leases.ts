import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  index,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/** Stretches of numbers, each half-open and ending where the next number of its run would stand. */
const numberRanges = customType<{ data: string }>({ dataType: () => "int8multirange" });

/**
 * A reservation, known by its `series` and `first`, that its holder draws from by itself. What the holder
 * says of it needs `token`. Of its numbers `used` are given to somebody; those of them that the holder told
 * of when the lease had expired are `late`. `given_back` are void. The others, `open` of them, are the
 * holder's until it tells, and when it has not done so long after the end, they are `burned`, and still its.
 * `sequence` is the one that was asked, whose series may be another's.
 */
export const leases = pgTable(
  "leases",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    sequence: exactText().notNull(),
    series: bigint({ mode: "bigint" }).notNull(),
    first: big().notNull(),
    last: big().notNull(),
    step: big().notNull(),
    holder: text().notNull(),
    token: uuid().notNull(),
    used: numberRanges()
      .notNull()
      .default(sql`'{}'`),
    late: numberRanges()
      .notNull()
      .default(sql`'{}'`),
    givenBack: numberRanges()
      .notNull()
      .default(sql`'{}'`),
    /** How many numbers those are. */
    returned: big()
      .notNull()
      .default(sql`0`),
    open: big().notNull(),
    createdAt: moment().defaultNow().notNull(),
    expiresAt: moment().notNull(),
    /** When the period or the date that its names show is over: it cannot be renewed beyond that. */
    endsAt: moment(),
    burnedAt: moment(),
    /** What somebody gave for it who did so by hand. */
    burnReason: text(),
    closedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("leases_of_run").on(table.tenant, table.series, table.first),
    index("leases_of_sequence").on(table.tenant, table.sequence, table.id),
    index("leases_out")
      .on(table.tenant, table.sequence, table.holder)
      .where(sql`closed_at IS NULL AND burned_at IS NULL`),
    index("leases_to_burn")
      .on(table.expiresAt)
      .where(sql`closed_at IS NULL AND burned_at IS NULL`),
  ],
);
