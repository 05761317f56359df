import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { big, digest, exactText, moment } from "./columns.ts";

const none = sql`0`;

/**
 * Files that are imported. While `token` reads its file, `staged` records of it have come; when it has
 * come whole, `file` is its SHA-256, and a job with the same id works its records off. What each row
 * came to is counted by its chunks.
 */
export const imports = pgTable(
  "imports",
  {
    tenant: exactText().notNull(),
    id: uuid().notNull(),
    kind: text().notNull(),
    dryRun: boolean().notNull(),
    /** Whether names may lie far beyond their counter. */
    allowJump: boolean().notNull(),
    /** Whether new sequences may give names that others give. */
    allowOverlap: boolean().notNull(),
    token: uuid().notNull(),
    staged: big().notNull().default(none),
    file: digest(),
    error: jsonb(),
    columns: jsonb(),
    ignored: jsonb(),
    rows: big(),
    created: big().notNull().default(none),
    updated: big().notNull().default(none),
    unchanged: big().notNull().default(none),
    refused: big().notNull().default(none),
    origin: integer().notNull(),
    /** Of the request that began it. */
    requestId: text(),
    createdAt: moment().defaultNow().notNull(),
    updatedAt: moment().defaultNow().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    // Those whose staged records are still there.
    index("imports_staged")
      .on(table.updatedAt)
      .where(sql`staged > 0`),
  ],
);

/**
 * Records of a file that wait to be applied, in the file's order; `first` counts those before. They are kept
 * as they were sent: nothing is looked up in them.
 */
export const importBatches = pgTable(
  "import_batches",
  {
    tenant: exactText().notNull(),
    import: uuid().notNull(),
    first: big().notNull(),
    records: json().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.import, table.first] }),
    foreignKey({
      name: "import_batches_of_import",
      columns: [table.tenant, table.import],
      foreignColumns: [imports.tenant, imports.id],
    }),
  ],
);

/** Rows of files that were left out, and why. */
export const refusedRows = pgTable(
  "refused_rows",
  {
    tenant: exactText().notNull(),
    import: uuid().notNull(),
    line: integer().notNull(),
    column: text(),
    code: text().notNull(),
    detail: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.import, table.line] })],
);

/** Lots that a dry run would have recorded, and which record of the file each is. */
export const triedLots = pgTable(
  "tried_lots",
  {
    tenant: exactText().notNull(),
    import: uuid().notNull(),
    name: exactText().notNull(),
    product: exactText().notNull(),
    record: big().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.import, table.name, table.product] })],
);

/** The highest number of each series that the names of a dry run show. */
export const triedNumbers = pgTable(
  "tried_numbers",
  {
    tenant: exactText().notNull(),
    import: uuid().notNull(),
    sequence: exactText().notNull(),
    period: exactText().notNull(),
    number: big().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.import, table.sequence, table.period] })],
);
