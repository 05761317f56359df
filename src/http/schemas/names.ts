import { z } from "@hono/zod-openapi";
import { idShape } from "../../domain/id.ts";
import { maximumNameLength } from "../../domain/patterns/pattern.ts";

/** Control, format (zero-width and direction) and unassigned characters, line and paragraph separators. */
export const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The key of a sequence. */
export const sequenceKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    error:
      "must be 1 to 64 letters, digits, dots, underscores and hyphens, and begin with a letter or digit.",
  })
  .openapi({ example: "serials", description: "Key of a sequence." });

/** The SKU of a product. */
export const productSku = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/, {
    error: "must be 1 to 64 printable ASCII characters without a space at either end.",
  })
  .refine((text) => text !== "." && text !== "..", { error: "must not be . or .. ." })
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

/** The id of a reservation. */
export const reservationId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:(?:[^:]{1,128}:)?(?:0|[1-9]\d{0,17})$/, {
    error: "must be the id that the reservation was answered with, such as serials:1.",
  })
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

/** Free text that people read: printable, 1 to `most` characters, no space at either end. */
export function plainText(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !unprintable.test(text), {
      error: "must have printable characters only: no control, direction or zero-width ones.",
    })
    .refine((text) => text.trim() === text, { error: "must not begin or end with a space." });
}
