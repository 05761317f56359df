import {
  bigint,
  date,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";
import { apiScopes } from "../caller.ts";
import { big, digest, exactText, moment } from "./columns.ts";

/** The companies whose data it is; `live_tenant` is set on the sibling that test keys belong to. */
export const tenants = pgTable("tenants", {
  tenant: exactText().primaryKey(),
  name: text().notNull(),
  liveTenant: exactText("live_tenant").references((): AnyPgColumn => tenants.tenant),
  createdAt: moment().defaultNow().notNull(),
});

/** What an API key may do; `admin` may do everything. */
export const apiScope = pgEnum("api_scope", apiScopes);

/**
 * API keys by the SHA-256 digest of their text; the text itself is kept nowhere. `public_id` is what the
 * wire calls them: `id` would tell how many there are in all.
 */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenant: exactText()
      .notNull()
      .references(() => tenants.tenant),
    id: integer().generatedAlwaysAsIdentity(),
    publicId: uuid().defaultRandom().notNull(),
    digest: digest().notNull(),
    name: text().notNull(),
    /** The kind of key that its text begins with, such as `smk_live_`. */
    prefix: text().notNull(),
    /** The last four characters of its text. */
    hint: text().notNull(),
    scopes: apiScope().array().notNull(),
    /** The sequences and the products that it is limited to; null: any. */
    sequences: text().array(),
    products: text().array(),
    /** Its quota, null: without limit. See docs/using/quotas.md. */
    countPerRequest: integer(),
    numbersPerDay: bigint({ mode: "number" }),
    requestsPerMinute: integer(),
    createdAt: moment().defaultNow().notNull(),
    expiresAt: moment(),
    revokedAt: moment(),
    /** The key that took its place. */
    replacedBy: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    uniqueIndex("api_keys_digest").on(table.digest),
    uniqueIndex("api_keys_public_id").on(table.tenant, table.publicId),
    foreignKey({
      name: "api_keys_replaced_by",
      columns: [table.tenant, table.replacedBy],
      foreignColumns: [table.tenant, table.id],
    }),
  ],
);

/**
 * When each API key was last used, to the minute; null: never. Apart from the keys, so that a long
 * transaction which notes a use holds up nobody who revokes. A row is there from the beginning: whoever
 * inserts one would wait for another who does.
 */
export const apiKeyUses = pgTable(
  "api_key_uses",
  {
    tenant: exactText().notNull(),
    apiKey: integer().notNull(),
    usedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.apiKey] }),
    foreignKey({
      name: "api_key_uses_of_key",
      columns: [table.tenant, table.apiKey],
      foreignColumns: [apiKeys.tenant, apiKeys.id],
    }),
  ],
);

/**
 * The numbers that a key with a quota of them has used up on a day of its tenant's time zone; removed when
 * the day has long passed.
 */
export const quotaDays = pgTable(
  "quota_days",
  {
    tenant: exactText().notNull(),
    apiKey: integer().notNull(),
    day: date({ mode: "string" }).notNull(),
    numbers: big().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.apiKey, table.day] }),
    index("quota_days_by_day").on(table.day),
    foreignKey({
      name: "quota_days_of_key",
      columns: [table.tenant, table.apiKey],
      foreignColumns: [apiKeys.tenant, apiKeys.id],
    }),
  ],
);

/**
 * The minute in which a key with a quota of requests makes them: since `began`, how many. Not logged: a crash
 * of the database begins all of them anew.
 */
export const requestWindows = pgTable(
  "request_windows",
  {
    tenant: exactText().notNull(),
    apiKey: integer().notNull(),
    began: moment().notNull(),
    requests: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.apiKey] }),
    foreignKey({
      name: "request_windows_of_key",
      columns: [table.tenant, table.apiKey],
      foreignColumns: [apiKeys.tenant, apiKeys.id],
    }),
  ],
);
