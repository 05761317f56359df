import { z } from "@hono/zod-openapi";
import {
  attributeBytes,
  attributesFit,
  isPrintable,
  longestAttributeName,
} from "../../domain/lots/attributes.ts";
import { lotStates } from "../../domain/lots/lot.ts";
import { counterOutput, quantityLeftInput, quantityOutput } from "../wire.ts";
import { day } from "./dates.ts";
import { plainText } from "./names.ts";

export const lotState = z.enum(lotStates);

/** What a lot carries beside its own fields. */
export const lotAttributes = z
  .record(z.string().min(1).max(longestAttributeName), z.unknown())
  .refine(attributesFit, { error: `must be ${attributeBytes} bytes of JSON or less.` })
  .refine((attributes) => Object.entries(attributes).flat().every(isPrintable), {
    error:
      "must have printable characters only: no control, direction or zero-width ones in names and texts.",
  })
  .refine((attributes) => Object.values(attributes).every(isExact), {
    error:
      "must have numbers that JSON keeps exactly: whole ones up to 9007199254740991. Send others as texts.",
  });

/** Whether all numbers within a JSON value come out of the store as they went in. */
function isExact(value: unknown): boolean {
  if (typeof value === "number")
    return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isExact);
}

/** The fields of a lot that can change. */
export const lotFields = {
  state: lotState.optional(),
  location: plainText(200).nullable().optional().openapi({ example: "A-12-3" }),
  expires_on: day.nullable().optional(),
  quantity: quantityLeftInput.optional(),
  attributes: lotAttributes
    .nullable()
    .optional()
    .openapi({ description: "Replaced as a whole; null clears them." }),
};

/** Why lots change. */
export const occasion = {
  reference: plainText(200)
    .optional()
    .openapi({ description: "The document that the change is part of.", example: "SO-4711" }),
  party: plainText(200)
    .optional()
    .openapi({ description: "Whom the lots go to or come from.", example: "Northwind" }),
};

/** A lot. */
export const lotSchema = z
  .object({
    product: z.string(),
    name: z.string(),
    number: counterOutput.nullable(),
    reservation: z.string().nullable(),
    quantity: quantityOutput,
    state: lotState,
    location: z.string().nullable(),
    expires_on: z.string().nullable(),
    produced_on: z.string().nullable(),
    attributes: z.record(z.string(), z.unknown()).nullable(),
    created_at: z.string(),
  })
  .openapi("Lot");
