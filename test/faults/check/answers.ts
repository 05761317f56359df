import { z } from "zod";

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

export type ReservationAnswer = z.infer<typeof reservation>;
export type VoidAnswer = z.infer<typeof voiding>;
export type JobAnswer = z.infer<typeof job>;
export type ReceiptAnswer = z.infer<typeof receipt>;

/** Reads an answer of that kind; undefined for anything that the contract does not have. */
export const readAnswer = {
  reserve: (body: string): ReservationAnswer | undefined => read(reservation, body),
  void: (body: string): VoidAnswer | undefined => read(voiding, body),
  lots: (body: string): JobAnswer | undefined => read(job, body),
  receipt: (body: string): ReceiptAnswer | undefined => read(receipt, body),
};

function read<T>(schema: z.ZodType<T>, body: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
