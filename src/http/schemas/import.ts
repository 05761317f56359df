import { z } from "@hono/zod-openapi";

const importShape = {
  id: z.string(),
  kind: z.string().openapi({ example: "odoo_lots" }),
  dry_run: z.boolean(),
  status: z
    .enum(["reading", "queued", "running", "done", "failed", "cancelled"])
    .openapi({ description: "reading while the file comes; then as of a job." }),
  rows: z
    .number()
    .nullable()
    .openapi({ description: "Rows under the header; null until the file has come whole." }),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  refused: z.number().openapi({ description: "Rows that were left out; listed at /rows." }),
  created_at: z.string(),
  finished_at: z.string().nullable(),
};

/** An import in a list. */
export const importRow = z.object(importShape).openapi("ImportRow");

/** An import with what was read of its file. */
export const importSchema = z
  .object({
    ...importShape,
    error: z
      .object({
        code: z.string(),
        detail: z.string(),
        retryable: z.boolean(),
        sqlstate: z.string().optional(),
      })
      .nullable(),
    columns: z
      .record(z.string(), z.string())
      .nullable()
      .openapi({ description: "The header that each field was read from." }),
    ignored: z
      .array(z.string())
      .nullable()
      .openapi({ description: "The headers that nothing was read from." }),
  })
  .openapi("Import");

/** A row that was left out. */
export const refusedRow = z
  .object({
    line: z.number().openapi({ description: "The line of the file in which it begins." }),
    column: z
      .string()
      .nullable()
      .openapi({ description: "The header of the column at fault; null for the row as a whole." }),
    code: z.string(),
    detail: z.string(),
  })
  .openapi("RefusedRow");
