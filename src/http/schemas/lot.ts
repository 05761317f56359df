import { z } from "@hono/zod-openapi";
import { counterOutput, quantityOutput } from "../wire.ts";

/** A lot. */
export const lotSchema = z
  .object({
    product: z.string(),
    name: z.string(),
    number: counterOutput.nullable(),
    reservation: z.string().nullable(),
    quantity: quantityOutput,
    state: z.enum(["available", "reserved", "shipped", "consumed", "scrapped"]),
    location: z.string().nullable(),
    expires_on: z.string().nullable(),
    produced_on: z.string().nullable(),
    attributes: z.record(z.string(), z.unknown()).nullable(),
    created_at: z.string(),
  })
  .openapi("Lot");
