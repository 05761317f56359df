import { sql } from "drizzle-orm";
import {
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { alertKinds } from "../alert-kinds.ts";
import { exactText, moment } from "./columns.ts";

export const alertKind = pgEnum("alert_kind", alertKinds);

/** What needs somebody's attention, or needed it: `facts` are those of when it was noticed. */
export const alerts = pgTable(
  "alerts",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    kind: alertKind().notNull(),
    /** What it is about: a sequence, a job, an operation. */
    subject: exactText().notNull(),
    facts: jsonb().notNull(),
    openedAt: moment().notNull(),
    closedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("alerts_in_order").on(table.tenant, table.openedAt, table.id),
    uniqueIndex("alerts_open_once")
      .on(table.tenant, table.kind, table.subject)
      .where(sql`closed_at IS NULL`),
    index("alerts_closed").on(table.closedAt),
  ],
);

export const watchDuty = pgEnum("watch_duty", ["alerts", "audit"]);

/** When it was last a tenant's turn to be looked at, so that all get theirs however many there are. */
export const watchTurns = pgTable(
  "watch_turns",
  {
    tenant: exactText().notNull(),
    duty: watchDuty().notNull(),
    takenAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.duty] })],
);

/**
 * How far a tenant's audit is compared with its seals in the present round, and the break that was found and is
 * still there.
 */
export const auditRounds = pgTable("audit_rounds", {
  tenant: exactText().primaryKey(),
  nextSeal: integer().notNull(),
  found: jsonb(),
});
