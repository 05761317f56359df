import { z } from "@hono/zod-openapi";
import { isDay } from "../../domain/patterns/calendar.ts";
import { fieldInput } from "../wire.ts";

/** The day or moment of a document; its meaning is checked with the sequence's time zone. */
export const documentAt = z.string().max(64).openapi({
  example: "2026-11-21",
  description: "RFC 3339 time with an offset, or a bare date. Now when left out.",
});

/** The fields of a document, by the names that patterns give them. */
export const documentFields = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
      error: "must be 1 to 40 lower-case letters, digits and underscores, a letter first.",
    }),
    fieldInput,
  )
  .refine((fields) => Object.keys(fields).length <= 32, { error: "may have 32 entries." })
  .openapi({ example: { plant: "B7" } });

/** A calendar day. */
export const day = z.iso
  .date({ error: "must be a day that exists, such as 2026-11-21.", abort: true })
  .refine(isDay, { error: "must be in the year 0001 or later." })
  .openapi({ example: "2027-11-21" });

/** A moment, with its offset. */
export const moment = z.iso
  .datetime({
    offset: true,
    error:
      "must be a time with its offset, such as 2026-11-21T14:30:00+01:00 or 2026-11-21T13:30:00Z.",
    abort: true,
  })
  // A form that has a year 0, which no calendar has.
  .refine((text) => !text.startsWith("0000"), { error: "must be in the year 0001 or later." });

/** The fields of a document in a query: a JSON object. */
export const fieldsQuery = z
  .string()
  .max(4000)
  .transform((text, context) => {
    const read = documentFields.safeParse(parsed(text));
    if (read.success) return read.data;
    context.addIssue({
      code: "custom",
      message:
        'must be a JSON object of field names and texts or whole numbers, such as {"plant":"B7"}.',
    });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    example: '{"plant":"B7"}',
    description: "Fields as a JSON object of texts or whole numbers.",
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
