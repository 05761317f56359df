import { z } from "@hono/zod-openapi";
import { idShape } from "../../domain/id.ts";
import { maximumNameLength } from "../../domain/patterns/pattern.ts";
import { plainTextProblem, unprintable } from "../../domain/plain-text.ts";
import { isFolder, skuRule, skuShape } from "../../domain/products/sku.ts";
import { sequenceKeyRule, sequenceKeyShape } from "../../domain/sequences/key.ts";
import { whenMissing } from "./missing.ts";

/** The key of a sequence. */
export const sequenceKey = z
  .string(whenMissing("the key of a sequence, such as serials"))
  .regex(sequenceKeyShape, { error: sequenceKeyRule })
  .openapi({ example: "serials", description: "Key of a sequence." });

/** The SKU of a product. */
export const productSku = z
  .string(whenMissing("the SKU of a product, such as VALVE-20"))
  .regex(skuShape, { error: skuRule })
  .refine((text) => !isFolder(text), { error: 'must not be "." or ".."' })
  .openapi({ example: "VALVE-20", description: "SKU of a product." });

/** The name of a lot that exists. */
export const lotName = z
  .string()
  .min(1)
  .refine((text) => Array.from(text).length <= maximumNameLength, {
    error: `must have ${maximumNameLength} characters or less.`,
  })
  .refine((text) => !unprintable.test(text), { error: "must have printable characters only." })
  .openapi({
    example: "SN-0000001",
    description: "Name of a lot.",
    maxLength: maximumNameLength,
  });

/** The name of a series: a period, or the text before the counter. */
export const seriesName = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !unprintable.test(text), { error: "must have printable characters only." })
  .openapi({ example: "2026-11", description: "Name of a series: a period of its sequence." });

/** The id of a reservation. */
export const reservationId = z
  .string(whenMissing("the id that the reservation was answered with, such as serials:1"))
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:(?:.{1,128}:)?(?:0|[1-9]\d{0,17})$/, {
    error: "must be the id that the reservation was answered with, such as serials:1.",
  })
  .refine((text) => !unprintable.test(text), { error: "must have printable characters only." })
  .openapi({ example: "serials:1", description: "Id of a reservation." });

/** The id of a job. */
export const jobId = z
  .string()
  .regex(idShape, {
    error: "must be the id that the job was answered with.",
  })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of a job." });

/** The id of a recall. */
export const recallId = z
  .string()
  .regex(idShape, { error: "must be the id that the recall was answered with." })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of a recall." });

/** The id of a receipt. */
export const receiptId = z
  .string()
  .regex(idShape, { error: "must be the id that the receipt was answered with." })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of a receipt." });

/** The id of a count. */
export const countId = z
  .string()
  .regex(idShape, { error: "must be the id that the count was answered with." })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of a count." });

/** The id of an API key. */
export const apiKeyId = z
  .string()
  .regex(idShape, { error: "must be the id that the API key was answered with." })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of an API key." });

/** The id of a lease. */
export const leaseId = z
  .string()
  .regex(idShape, { error: "must be the id that the lease was answered with." })
  .openapi({ example: "019345ab-0000-7000-8000-000000000000", description: "Id of a lease." });

export const exampleToken = "2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10";

/** What the holder of a lease shows. */
export const leaseToken = z
  .string(whenMissing("the token that the lease was answered with"))
  .regex(idShape, { error: "must be the token that the lease was answered with." })
  .openapi({
    example: exampleToken,
    description: "The token that the lease was answered with.",
  });

/** Free text that people read: printable, 1 to `most` characters, no space at either end. */
export function plainText(most: number) {
  return z
    .string(whenMissing(`a text of 1 to ${most} characters`))
    .min(1)
    .max(most)
    .superRefine((text, context) => {
      const message = plainTextProblem(text);
      if (message !== null) context.addIssue({ code: "custom", message });
    });
}
