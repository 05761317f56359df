import { z } from "@hono/zod-openapi";

const jobShape = {
  id: z.string(),
  status: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  total: z.number().openapi({ description: "Lots that the job is to record." }),
  done: z.number().openapi({ description: "Lots recorded so far." }),
  skipped: z.number().openapi({
    description: "Names left out, since a lot of the product had them; listed at /skipped.",
  }),
  rate: z.number().nullable().openapi({ description: "Lots a second since it began." }),
  eta_s: z.number().nullable().openapi({ description: "Seconds left at this rate." }),
  error: z
    .object({
      code: z.string(),
      detail: z.string(),
      retryable: z.boolean().openapi({
        description:
          "Whether the same chunk may succeed when it is tried again as things are. When the cause is gone, a failed job can be sent on in any case.",
      }),
      sqlstate: z.string().optional(),
    })
    .nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
};

/** A job in a list. */
export const jobRow = z.object(jobShape).openapi("JobRow");

/** A job with its items. */
export const jobSchema = z
  .object({
    ...jobShape,
    items: z.array(
      z.object({
        product: z.string(),
        count: z.number(),
        done: z.number(),
        skipped: z.number(),
        first_name: z.string(),
        last_name: z.string(),
        reservation: z.string().nullable(),
      }),
    ),
  })
  .openapi("Job");
