import {
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";
import { digest, exactText, moment } from "./columns.ts";

/** The companies whose data it is; `live_tenant` is set on the sibling that test keys belong to. */
export const tenants = pgTable("tenants", {
  tenant: exactText().primaryKey(),
  name: text().notNull(),
  liveTenant: exactText("live_tenant").references((): AnyPgColumn => tenants.tenant),
  createdAt: moment().defaultNow().notNull(),
});

/** API keys by the SHA-256 digest of their text; the text itself is kept nowhere. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    id: integer().generatedAlwaysAsIdentity(),
    digest: digest().notNull(),
    name: text().notNull(),
    hint: text().notNull(),
    createdAt: moment().defaultNow().notNull(),
    revokedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("api_keys_digest").on(table.digest),
  ],
);
