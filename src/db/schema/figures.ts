import {
  bigint,
  doublePrecision,
  index,
  integer,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { big, exactText, moment } from "./columns.ts";

/** The lengths of time that figures are summed over, from the short one that is kept for days to all time. */
export const figureGrain = pgEnum("figure_grain", ["minute", "hour", "day", "ever"]);

/** Why a call is listed by itself. */
export const notableKind = pgEnum("notable_kind", ["slow", "failed", "refused"]);

/** `at` is the beginning of the minute, hour or day, in UTC. Of no tenant: `no_tenant()`. */
const span = {
  tenant: exactText().notNull(),
  grain: figureGrain().notNull(),
  at: moment().notNull(),
};

/** What happened to the numbers of a series, as its ledger tells it. `skipped` are without those fenced. */
export const numberFigures = pgTable(
  "number_figures",
  {
    ...span,
    sequence: exactText().notNull(),
    series: exactText().notNull(),
    reservations: big().notNull(),
    reserved: numeric().notNull(),
    voided: numeric().notNull(),
    skipped: numeric().notNull(),
    fenced: numeric().notNull(),
    /** Skipped before, and given back by a rewind. */
    reopened: numeric().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenant, table.sequence, table.series, table.grain, table.at],
    }),
    index("number_figures_by_time").on(table.tenant, table.grain, table.at),
  ],
);

/** How many lots of a product jobs recorded. */
export const lotFigures = pgTable(
  "lot_figures",
  {
    ...span,
    product: exactText().notNull(),
    lots: big().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.product, table.grain, table.at] }),
    index("lot_figures_by_time").on(table.tenant, table.grain, table.at),
  ],
);

/**
 * What calls came to: those of one operation that ended with one `code` (empty: as they should), about the
 * sequence or the product that their path names. Times are in milliseconds; `size` is what they asked for or
 * were answered, in numbers, lots or rows; `histogram` counts those within each bound of `call_bounds()`, and
 * last those beyond.
 */
export const callFigures = pgTable(
  "call_figures",
  {
    ...span,
    operation: exactText().notNull(),
    code: exactText().notNull(),
    sequence: exactText().notNull(),
    product: exactText().notNull(),
    status: integer().notNull(),
    calls: big().notNull(),
    size: numeric().notNull(),
    time: doublePrecision().notNull(),
    longest: doublePrecision().notNull(),
    histogram: bigint({ mode: "bigint" }).array().notNull(),
    databaseRequests: big().notNull(),
    databaseTime: doublePrecision().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.tenant,
        table.grain,
        table.at,
        table.operation,
        table.code,
        table.sequence,
        table.product,
      ],
    }),
  ],
);

/** Calls that took long, failed, or stand for others that were refused alike. The newest of each tenant. */
export const notableCalls = pgTable(
  "notable_calls",
  {
    tenant: exactText().notNull(),
    at: moment().notNull(),
    id: bigint({ mode: "bigint" }).generatedAlwaysAsIdentity(),
    kind: notableKind().notNull(),
    operation: exactText().notNull(),
    sequence: exactText().notNull(),
    product: exactText().notNull(),
    code: exactText().notNull(),
    status: integer().notNull(),
    time: doublePrecision().notNull(),
    requestId: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.at, table.id] })],
);

/** Batches of figures that isolates sent, so that one which is sent twice counts once. Of no tenant. */
export const figureBatches = pgTable(
  "figure_batches",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    at: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("figure_batches_by_time").on(table.tenant, table.at),
  ],
);

/** The time up to which the ledger of all tenants is in the figures. Of no tenant: one row. */
export const figuresUntil = pgTable("figures_until", {
  tenant: exactText().primaryKey(),
  until: moment().notNull(),
});

/**
 * What of a job that is not over is in the figures: of an import, whose product is empty here, the items up to
 * `last_item`; of others so many `lots` of a product.
 */
export const countedLots = pgTable(
  "counted_lots",
  {
    tenant: exactText().notNull(),
    job: uuid().notNull(),
    product: exactText().notNull(),
    lots: big().notNull(),
    lastItem: big().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.job, table.product] })],
);
