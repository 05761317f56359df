import { index, jsonb, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { digest, exactText, moment } from "./columns.ts";

/** What was answered to each idempotency key; removed after `expires_at`. */
export const requests = pgTable(
  "requests",
  {
    tenant: exactText().notNull(),
    key: exactText().notNull(),
    fingerprint: digest().notNull(),
    answer: jsonb().notNull(),
    createdAt: moment().defaultNow().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key] }),
    index("requests_by_expiry").on(table.expiresAt),
  ],
);
