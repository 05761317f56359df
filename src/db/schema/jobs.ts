import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment, numberRange } from "./columns.ts";

export const jobStatus = pgEnum("job_status", ["queued", "running", "done", "failed", "cancelled"]);

/**
 * Work done in chunks. `cursor` counts the units that chunks have worked off out of `chunked`; `given`
 * are lots recorded with the job itself. Of the units worked off `skipped` came to nothing, and `put_off`
 * were put behind the others, so that they stand twice in `chunked`. A job that `replaces` does so with
 * every number whose name is taken, in place of which it draws another. `used_up` are the numbers that the
 * job has drawn and passed, which count as those of one request. `token` and `lease_until` say who may move
 * the cursor.
 */
export const jobs = pgTable(
  "jobs",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    status: jobStatus().notNull(),
    given: big().notNull(),
    chunked: big().notNull(),
    cursor: big().notNull(),
    skipped: big().notNull(),
    putOff: big()
      .notNull()
      .default(sql`0`),
    replaces: boolean()
      .notNull()
      .default(sql`false`),
    usedUp: big()
      .notNull()
      .default(sql`0`),
    token: uuid(),
    leaseUntil: moment(),
    failures: integer().notNull().default(0),
    error: jsonb(),
    origin: integer().notNull(),
    createdAt: moment().defaultNow().notNull(),
    startedAt: moment(),
    finishedAt: moment(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("jobs_unfinished")
      .on(table.leaseUntil)
      .where(sql`status IN ('queued', 'running')`),
    index("jobs_failed")
      .on(table.tenant, table.id)
      .where(sql`status = 'failed'`),
    // For the figures, which read by time: next to nothing to write, as that of the ledger.
    index("jobs_by_time").using("brin", table.updatedAt).with({ autosummarize: true }),
  ],
);

/**
 * One line of a job: a run of names under one bound form, or `names` given one by one. `start` is where
 * its run begins on the job's cursor. `numbers` is what it takes of a series; no two items may overlap.
 * `name_quantities` and `name_expiries` hold for single names, in place of the item's own. What was drawn in
 * place of taken names `stands_for` the item with that ordinal.
 */
export const jobItems = pgTable(
  "job_items",
  {
    tenant: exactText().notNull(),
    id: bigint({ mode: "bigint" }).generatedByDefaultAsIdentity(),
    job: uuid().notNull(),
    ordinal: integer().notNull(),
    standsFor: integer(),
    product: exactText().notNull(),
    series: bigint({ mode: "bigint" }),
    reservation: big(),
    presented: boolean().notNull(),
    numbers: numberRange(),
    prefix: exactText(),
    width: smallint(),
    suffix: exactText(),
    first: big(),
    step: big(),
    numbered: boolean().notNull(),
    names: text().array(),
    nameNumbers: bigint({ mode: "bigint" }).array(),
    nameQuantities: numeric().array(),
    nameExpiries: date({ mode: "string" }).array(),
    count: big().notNull(),
    start: big(),
    skipped: big()
      .notNull()
      .default(sql`0`),
    quantity: numeric().notNull(),
    producedOn: date({ mode: "string" }),
    expiresOn: date({ mode: "string" }),
    location: text(),
    attributes: jsonb(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("job_items_in_order").on(table.tenant, table.job, table.ordinal),
    index("job_items_by_product").on(table.tenant, table.product, table.id),
  ],
);

/** Names that an item left out, since a lot of that product and name was there already. */
export const skippedNames = pgTable(
  "skipped_names",
  {
    tenant: exactText().notNull(),
    item: bigint({ mode: "bigint" }).notNull(),
    name: exactText().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.item, table.name] })],
);
