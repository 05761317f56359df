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

const lease = z.object({
  id: z.string(),
  sequence: z.string(),
  series: z.string().nullable(),
  reservation: z.string(),
  holder: z.string(),
  first: number,
  last: number,
  step: number,
  count: z.number(),
  first_name: z.string(),
  last_name: z.string(),
  used: z.number(),
  late: z.number(),
  given_back: z.number(),
  open: z.number(),
  expires_at: z.string(),
  prefix: z.string(),
  width: z.number(),
  suffix: z.string(),
});

const granted = lease.extend({ ttl_s: z.number() });

const opened = granted.extend({ token: z.string() });

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

const receipt = z.object({
  id: z.string(),
  reference: z.string(),
  status: z.string(),
  job: job.nullable(),
});

const count = z.object({
  id: z.string(),
  reference: z.string().nullable(),
  status: z.string(),
  job: job.nullable(),
});

const change = z.object({ product: z.string(), changed: z.number(), unchanged: z.number() });

const lot = z.object({ product: z.string(), name: z.string(), location: z.string().nullable() });

const move = z.object({ sequence: z.string(), from: number, to: number, reason: z.string() });

export type JobAnswer = z.infer<typeof job>;

export type LeaseAnswer = z.infer<typeof lease>;

const imported = z.object({ id: z.string(), status: z.string() });

/** The answer to each kind of request. */
const answers = {
  reserve: reservation.transform((answer) => ({ kind: "reserve" as const, answer })),
  names: names.transform((answer) => ({ kind: "names" as const, answer })),
  void: voiding.transform((answer) => ({ kind: "void" as const, answer })),
  lease: opened.transform((answer) => ({ kind: "lease" as const, answer })),
  report: lease.transform((answer) => ({ kind: "report" as const, answer })),
  "give back": lease.transform((answer) => ({ kind: "give back" as const, answer })),
  renew: granted.transform((answer) => ({ kind: "renew" as const, answer })),
  lots: job.transform((answer) => ({ kind: "lots" as const, answer })),
  "cancel job": job.transform((answer) => ({ kind: "cancel job" as const, answer })),
  receipt: receipt.transform((answer) => ({ kind: "receipt" as const, answer })),
  "cancel receipt": receipt.transform((answer) => ({ kind: "cancel receipt" as const, answer })),
  change: change.transform((answer) => ({ kind: "change" as const, answer })),
  patch: lot.transform((answer) => ({ kind: "patch" as const, answer })),
  count: count.transform((answer) => ({ kind: "count" as const, answer })),
  apply: count.transform((answer) => ({ kind: "apply" as const, answer })),
  import: imported.transform((answer) => ({ kind: "import" as const, answer })),
  advance: move.transform((answer) => ({ kind: "advance" as const, answer })),
  rewind: move.transform((answer) => ({ kind: "rewind" as const, answer })),
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

/** The job that a request made; that of a count may have been made by another one. */
export function jobTold(told: Told | undefined): JobAnswer | undefined {
  if (told?.kind === "lots") return told.answer;
  if (told?.kind === "receipt" || told?.kind === "apply") return told.answer.job ?? undefined;
  return undefined;
}
