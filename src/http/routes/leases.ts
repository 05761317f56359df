import { createRoute, z } from "@hono/zod-openapi";
import { burnLease } from "../../domain/leases/burn.ts";
import { getLease } from "../../domain/leases/get.ts";
import type { GrantedLease, Lease, Told } from "../../domain/leases/lease.ts";
import { leaseStatuses } from "../../domain/leases/lease.ts";
import { leaseLimits } from "../../domain/leases/limits.ts";
import { listLeases } from "../../domain/leases/list.ts";
import { openLease } from "../../domain/leases/open.ts";
import { renewLease } from "../../domain/leases/renew.ts";
import { reportLease } from "../../domain/leases/report.ts";
import { aboutRecord, aboutSequence } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { documentFields } from "../schemas/dates.ts";
import { exampleToken, leaseId, leaseToken, plainText, sequenceKey } from "../schemas/names.ts";
import { countInput, counterInput, counterOutput, pageQuery } from "../wire.ts";

const tags = ["Leases"];
const params = z.object({ id: leaseId });
const status = z.enum(leaseStatuses);

const holder = plainText(64).openapi({
  example: "scanner-7",
  description: "Who draws from the lease: a device, a shop, a process. A name of yours.",
});

const ttl = z
  .int()
  .min(1)
  .max(leaseLimits.ttl)
  .default(leaseLimits.usualTtl)
  .openapi({ description: "How long it lasts from now, in seconds; at most until ends_at." });

const numbers = z.number().openapi({ description: "How many numbers." });

const row = {
  id: z.string().openapi({ example: "019345ab-0000-7000-8000-000000000000" }),
  sequence: z.string(),
  series: z.string().nullable(),
  reservation: z.string().openapi({ description: "Id of the reservation that the lease is." }),
  holder: z.string(),
  status: status.openapi({
    description:
      "open; unreported: expired, and its holder has not told of all numbers; burned: so for " +
      `${leaseLimits.unreportedDays} days, or by somebody's hand; closed: every number is used or given back.`,
  }),
  first: counterOutput,
  last: counterOutput,
  step: counterOutput,
  count: numbers,
  first_name: z.string(),
  last_name: z.string(),
  used: numbers,
  late: z
    .number()
    .openapi({ description: "Of the used ones: reported after the lease had expired." }),
  given_back: numbers,
  open: z.number().openapi({ description: "Neither used nor given back, as far as was reported." }),
  created_at: z.string(),
  expires_at: z.string(),
  ends_at: z.string().nullable().openapi({
    description: "When its period or the date in its names is over; it lasts no longer.",
  }),
  closed_at: z.string().nullable(),
};

const form = {
  prefix: z.string(),
  width: z.number(),
  suffix: z.string().openapi({
    description: "A name is prefix, the number with zeros in front up to width digits, and suffix.",
  }),
};

const opened = {
  ttl_s: z.number().openapi({
    description:
      "How long it lasts from this answer on, in seconds; 0 when it is not open any more. A replay tells how " +
      "the lease stands by then.",
  }),
};
const renewed = {
  ttl_s: z.number().openapi({
    description:
      "How long it lasts from the renewal on, in seconds. A replay is the first answer once more, so that it " +
      "counts from then.",
  }),
};
const run = z.object({ first: counterOutput, last: counterOutput, count: z.number() });

const rowSchema = z.object(row).openapi("LeaseRow");
const leaseSchema = z.object({ ...row, ...form }).openapi("Lease");
const grantedSchema = z.object({ ...row, ...form, ...renewed }).openapi("GrantedLease");
const openedSchema = z
  .object({ ...row, ...form, ...opened, token: leaseToken })
  .openapi("OpenedLease");
const stateSchema = z
  .object({
    ...row,
    ...form,
    open_runs: z.array(run).openapi({ description: "What is open of it; at most 100 runs." }),
  })
  .openapi("LeaseState");

const useMembers = {
  token: leaseToken,
  used_to: counterInput
    .optional()
    .openapi({ description: "Every number from the first to this one is used." }),
  used: z
    .array(z.strictObject({ first: counterInput, last: counterInput }))
    .min(1)
    .max(leaseLimits.runs)
    .optional()
    .openapi({ description: "Runs of used numbers, in place of used_to." }),
};

const useProblems = [
  "lease_not_found",
  "lease_token_wrong",
  "lease_range",
  "lease_number_given_back",
  "lease_scattered",
] as const;

const open = createRoute({
  method: "post",
  path: "/v1/sequences/{key}/leases",
  operationId: "openLease",
  security: anyOf("reserve"),
  tags,
  summary: "Lease a run of numbers to draw from alone",
  request: {
    params: z.object({ key: sequenceKey }),
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            count: countInput(leaseLimits.count),
            ttl_s: ttl,
            holder,
            fields: documentFields.optional(),
          })
          .openapi("LeaseInput", { example: { count: 100, ttl_s: 3600, holder: "scanner-7" } }),
      ),
    },
  },
  responses: {
    201: {
      description: "Leased; a replay tells how the lease now stands.",
      headers: createdHeaders,
      content: json(openedSchema),
    },
    ...problems(
      "sequence_not_found",
      "lease_gapless",
      "lease_shows_time",
      "lease_period_over",
      "lease_limit_holder",
      "lease_limit_sequence",
      "sequence_exhausted",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "sequence_busy",
      "counter_behind_ledger",
      "field_missing",
      "field_value",
      "name_too_long",
      "definition_changed",
    ),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/leases",
  operationId: "listLeases",
  security: anyOf("reserve", "sequences:write", "lots:read"),
  tags,
  summary: "Leases",
  request: {
    query: z.strictObject({
      ...pageQuery,
      sequence: sequenceKey.optional(),
      holder: holder.optional(),
      status: status.optional(),
    }),
  },
  responses: {
    200: { description: "Leases in the order of their making.", content: listContent(rowSchema) },
    ...problems("cursor_unusable"),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/leases/{id}",
  operationId: "getLease",
  security: anyOf("reserve", "sequences:write", "lots:read"),
  tags,
  summary: "A lease and what is open of it",
  request: { params },
  responses: {
    200: { description: "The lease, without its token.", content: json(stateSchema) },
    ...problems("lease_not_found"),
  },
});

const renew = createRoute({
  method: "post",
  path: "/v1/leases/{id}/renew",
  operationId: "renewLease",
  security: anyOf("reserve"),
  tags,
  summary: "Let a lease last longer",
  request: {
    params,
    body: {
      required: true,
      content: json(z.strictObject({ token: leaseToken, ttl_s: ttl }).openapi("RenewalInput")),
    },
  },
  responses: {
    201: {
      description: "Renewed; a replay is the first answer once more.",
      headers: createdHeaders,
      content: json(grantedSchema),
    },
    ...problems("lease_not_found", "lease_token_wrong", "lease_over", "lease_period_over"),
  },
});

const report = createRoute({
  method: "post",
  path: "/v1/leases/{id}/report",
  operationId: "reportLease",
  security: anyOf("reserve"),
  tags,
  summary: "Report numbers of a lease as used, at any time",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject(useMembers)
          .superRefine(({ used_to, used }, context) => {
            if ((used_to === undefined) !== (used === undefined)) return;
            const message =
              used === undefined
                ? "is missing. Give it, or used in its place."
                : "cannot stand beside used: give one of the two.";
            context.addIssue({ code: "custom", path: ["used_to"], message });
          })
          .openapi("ReportInput", { example: { token: exampleToken, used_to: "42" } }),
      ),
    },
  },
  responses: {
    201: {
      description: "Noted; a replay is the first answer once more.",
      headers: createdHeaders,
      content: json(leaseSchema),
    },
    ...problems(...useProblems),
  },
});

const giveBack = createRoute({
  method: "post",
  path: "/v1/leases/{id}/give-back",
  operationId: "giveBackLease",
  security: anyOf("reserve"),
  tags,
  summary: "Give back what is not used of a lease: it is void from then on",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            ...useMembers,
            reason: plainText(200)
              .default("given back by the holder of the lease")
              .openapi({ example: "shift ended" }),
          })
          .superRefine(({ used_to, used }, context) => {
            if (used_to === undefined || used === undefined) return;
            const message =
              "cannot stand beside used: give one of the two, or none if nothing new is used.";
            context.addIssue({ code: "custom", path: ["used_to"], message });
          })
          .openapi("GiveBackInput"),
      ),
    },
  },
  responses: {
    201: {
      description: "Given back; a replay is the first answer once more.",
      headers: createdHeaders,
      content: json(leaseSchema),
    },
    ...problems(...useProblems),
  },
});

const burn = createRoute({
  method: "post",
  path: "/v1/leases/{id}/burn",
  operationId: "burnLease",
  security: anyOf("sequences:write"),
  tags,
  summary: "Burn what is open of a lease whose holder is lost",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject({ reason: plainText(200).openapi({ example: "the scanner was stolen" }) })
          .openapi("BurnInput"),
      ),
    },
  },
  responses: {
    201: {
      description: "Burned; a replay is the first answer once more.",
      headers: createdHeaders,
      content: json(leaseSchema),
    },
    ...problems("lease_not_found", "lease_over"),
  },
});

/** Registers the calls of leases. */
export function registerLeases(app: App): void {
  app.openapi(open, async (c) => {
    const { key } = c.req.valid("param");
    const call = await onceCallOf(c, aboutSequence(key));
    const { lease, replayed } = await openLease(call, key, c.req.valid("json"));
    return c.json(lease, 201, headersOf({ lease, replayed }));
  });
  app.openapi(list, async (c) => {
    const { sequence, holder: name, status: wanted, ...page } = c.req.valid("query");
    const filters = { sequence, holder: name, status: wanted };
    const touches = sequence === undefined ? undefined : aboutSequence(sequence);
    const listing = listLeases(await callOf(c, touches), filters);
    return answerList(c, { name: "leases", filters }, listing, page);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    return Response.json(await getLease(await callOf(c, aboutRecord(id)), id));
  });
  app.openapi(renew, async (c) => {
    const { id } = c.req.valid("param");
    const call = await onceCallOf(c, aboutRecord(id));
    const renewed = await renewLease(call, id, c.req.valid("json"));
    return c.json(renewed.lease, 201, headersOf(renewed));
  });
  app.openapi(report, async (c) => {
    const { id } = c.req.valid("param");
    const call = await onceCallOf(c, aboutRecord(id));
    const reported = await reportLease(call, id, c.req.valid("json"), null);
    return c.json(reported.lease, 201, headersOf(reported));
  });
  app.openapi(giveBack, async (c) => {
    const { id } = c.req.valid("param");
    const { reason, ...use } = c.req.valid("json");
    const call = await onceCallOf(c, aboutRecord(id));
    const given = await reportLease(call, id, use, reason);
    return c.json(given.lease, 201, headersOf(given));
  });
  app.openapi(burn, async (c) => {
    const { id } = c.req.valid("param");
    const call = await onceCallOf(c, aboutRecord(id));
    const burned = await burnLease(call, id, c.req.valid("json").reason);
    return c.json(burned.lease, 201, headersOf(burned));
  });
}

function headersOf({ lease, replayed }: Told<Lease | GrantedLease>): Record<string, string> {
  return { Location: `/v1/leases/${lease.id}`, ...replayHeader(replayed) };
}
