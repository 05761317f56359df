import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { auditActions } from "../caller.ts";
import { big, digest, exactText, moment } from "./columns.ts";
import { apiKeys } from "./tenants.ts";

/**
 * Where calls come from: an API key, and the address it was used from, empty when nobody told. What is
 * written often refers to one of these, and is no wider than with the key alone.
 */
export const origins = pgTable(
  "origins",
  {
    tenant: exactText().notNull(),
    id: integer().generatedAlwaysAsIdentity(),
    apiKey: integer().notNull(),
    address: exactText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    unique("origins_once").on(table.tenant, table.apiKey, table.address),
    foreignKey({
      name: "origins_of_key",
      columns: [table.tenant, table.apiKey],
      foreignColumns: [apiKeys.tenant, apiKeys.id],
    }),
  ],
);

export const auditAction = pgEnum("audit_action", auditActions);

/**
 * Every change that a caller made, but for draws, whose record is the ledger. `at` is when its transaction
 * began. Only ever appended to.
 */
export const auditEvents = pgTable(
  "audit_events",
  {
    tenant: exactText().notNull(),
    at: moment().defaultNow().notNull(),
    id: bigint({ mode: "bigint" }).generatedAlwaysAsIdentity(),
    origin: integer().notNull(),
    requestId: text(),
    action: auditAction().notNull(),
    /** What was changed: its key, its name or its id. */
    subject: exactText().notNull(),
    facts: jsonb().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.at, table.id] }),
    index("audit_events_by_subject").on(table.tenant, table.subject, table.at, table.id),
  ],
);

/**
 * The chain of a tenant: each seal covers what was written after `sealed_from` up to `sealed_to`, `events`
 * of the audit and `entries` of the ledger. `rows_digest` is theirs; `digest` that of the whole seal with
 * the one before, which is `previous`. Only ever appended to.
 */
export const auditSeals = pgTable(
  "audit_seals",
  {
    tenant: exactText().notNull(),
    number: integer().notNull(),
    sealedFrom: moment().notNull(),
    sealedTo: moment().notNull(),
    events: big().notNull(),
    entries: big().notNull(),
    rowsDigest: digest().notNull(),
    previous: digest().notNull(),
    digest: digest().notNull(),
    sealedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.number] }),
    index("audit_seals_by_time").on(table.sealedTo),
  ],
);
