import { z } from "zod";

import type { Wanted } from "./wanted.ts";

const number = z.string().regex(/^\d{1,18}$/);

/** The answer of a reservation, as far as it is looked at. */
const reservation = z.object({
  id: z.string(),
  sequence: z.string(),
  series: z.string().nullable(),
  first: number,
  last: number,
  step: number,
  count: z.number(),
  first_name: z.string(),
  last_name: z.string(),
});

const names = z.object({
  series: z.string(),
  reservation: z.string(),
  first: number,
  last: number,
  count: z.number(),
  names: z.array(z.string()),
});

const voiding = z.object({
  reservation: z.string(),
  voided: z.array(z.object({ first: number, last: number })),
});

const job = z.object({
  id: z.string(),
  status: z.string(),
  items: z.array(
    z.object({
      product: z.string(),
      count: z.number(),
      first_name: z.string(),
      last_name: z.string(),
      reservation: z.string().nullable(),
    }),
  ),
});

const receipt = z.object({ id: z.string(), reference: z.string(), job: job.nullable() });

export type JobAnswer = z.infer<typeof job>;

/** The answer to each kind of request. */
const answers = {
  reserve: reservation.transform((answer) => ({ kind: "reserve" as const, answer })),
  names: names.transform((answer) => ({ kind: "names" as const, answer })),
  void: voiding.transform((answer) => ({ kind: "void" as const, answer })),
  lots: job.transform((answer) => ({ kind: "lots" as const, answer })),
  receipt: receipt.transform((answer) => ({ kind: "receipt" as const, answer })),
} satisfies Record<Wanted["kind"], z.ZodType>;

/** What an acknowledged request was told. */
export type Told = z.infer<(typeof answers)[Wanted["kind"]]>;

/** Reads the answer to a request of that kind; undefined for anything that the contract does not have. */
export function toldBy({ kind }: Wanted, body: string): Told | undefined {
  try {
    return answers[kind].safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The job that a request made. */
export function jobTold(told: Told | undefined): JobAnswer | undefined {
  if (told?.kind === "lots") return told.answer;
  return told?.kind === "receipt" ? (told.answer.job ?? undefined) : undefined;
}
