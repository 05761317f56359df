import { z } from "@hono/zod-openapi";
import { lotStates } from "../../domain/lots/lot.ts";
import { counterOutput, quantityOutput } from "../wire.ts";
import { unprintable } from "./names.ts";

/** Bytes of a lot's attributes, written as JSON. */
const attributeBytes = 4096;

/** What a lot carries beside its own fields. */
export const lotAttributes = z
  .record(z.string().min(1).max(64), z.unknown())
  .refine((attributes) => byteLength(JSON.stringify(attributes)) <= attributeBytes, {
    error: `must be ${attributeBytes} bytes of JSON or less.`,
  })
  .refine((attributes) => Object.entries(attributes).flat().every(isPrintable), {
    error:
      "must have printable characters only: no control, direction or zero-width ones in names and texts.",
  })
  .refine((attributes) => Object.values(attributes).every(isExact), {
    error:
      "must have numbers that JSON keeps exactly: whole ones up to 9007199254740991. Send others as texts.",
  });

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** Whether all texts within a JSON value are, the names of its members included. */
function isPrintable(value: unknown): boolean {
  if (typeof value === "string") return !unprintable.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).flat().every(isPrintable);
}

/** Whether all numbers within a JSON value come out of the store as they went in. */
function isExact(value: unknown): boolean {
  if (typeof value === "number")
    return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isExact);
}

export const lotState = z.enum(lotStates);

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
