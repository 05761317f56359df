import { createRoute, z } from "@hono/zod-openapi";
import { getReservation, reservationFacts } from "../../domain/reservations/get.ts";
import { namesOf } from "../../domain/reservations/names.ts";
import {
  aboutReservation,
  reservationPath,
  shownReservation,
} from "../../domain/reservations/reservation.ts";
import { reserve } from "../../domain/reservations/reserve.ts";
import { voidReservation } from "../../domain/reservations/void.ts";
import { aboutSequence } from "../../domain/tenants/touches.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, createdHeaders, json, problems } from "../openapi.ts";
import { answerNames } from "../paging.ts";
import { documentAt, documentFields } from "../schemas/dates.ts";
import { plainText, reservationId, sequenceKey } from "../schemas/names.ts";
import { runProblem } from "../schemas/run.ts";
import { countInput, counterInput, counterOutput, pageQuery } from "../wire.ts";

const tags = ["Reservations"];
const params = z.object({ id: reservationId });

const reservationShape = {
  id: z.string().openapi({ example: "serials:1" }),
  sequence: z.string(),
  series: z.string().nullable(),
  first: counterOutput,
  last: counterOutput,
  step: counterOutput,
  count: z.number(),
  first_name: z.string(),
  last_name: z.string(),
  created_at: z.string(),
};

const run = z.object({ first: counterOutput, last: counterOutput, count: z.number() });

const reservedSchema = z
  .object({ ...reservationShape, names: z.array(z.string()).optional() })
  .openapi("Reserved");
const stateSchema = z
  .object({
    ...reservationShape,
    open: z.array(run).openapi({
      description: "Numbers that are neither voided nor taken by a job; at most 100 runs.",
    }),
  })
  .openapi("ReservationState");

const create = createRoute({
  method: "post",
  path: "/v1/sequences/{key}/reservations",
  operationId: "createReservation",
  security: anyOf("reserve"),
  tags,
  summary: "Reserve a run of numbers",
  request: {
    params: z.object({ key: sequenceKey }),
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            count: countInput(),
            at: documentAt.optional(),
            fields: documentFields.optional(),
            include: z
              .literal("names")
              .optional()
              .openapi({ description: "Streams the names at the end of the answer." }),
          })
          .openapi("ReservationInput"),
      ),
    },
  },
  responses: {
    201: { description: "Reserved.", headers: createdHeaders, content: json(reservedSchema) },
    ...problems(
      "sequence_not_found",
      "sequence_exhausted",
      "quota_count_exceeded",
      "quota_numbers_exceeded",
      "sequence_busy",
      "counter_behind_ledger",
      "at_malformed",
      "at_without_offset",
      "at_out_of_range",
      "field_missing",
      "field_value",
      "name_too_long",
      "definition_changed",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/reservations/{id}",
  operationId: "getReservation",
  security: anyOf("reserve", "lots:read", "lots:write"),
  tags,
  summary: "A reservation and what is still open of it",
  request: { params },
  responses: {
    200: { description: "The reservation.", content: json(stateSchema) },
    ...problems("reservation_not_found"),
  },
});

const names = createRoute({
  method: "get",
  path: "/v1/reservations/{id}/names",
  operationId: "listNames",
  security: anyOf("reserve", "lots:read", "lots:write"),
  tags,
  summary: "All names of a reservation, as a stream",
  request: { params, query: z.strictObject({ raw: pageQuery.raw }) },
  responses: {
    200: {
      description: "The names in order, those of voided numbers included.",
      content: {
        ...json(z.object({ ...reservationShape, names: z.array(z.string()) })),
        "application/x-ndjson": { schema: z.string() },
        "text/csv": { schema: z.string() },
      },
    },
    ...problems("reservation_not_found"),
  },
});

const voidRoute = createRoute({
  method: "post",
  path: "/v1/reservations/{id}/void",
  operationId: "voidReservation",
  security: anyOf("reserve", "sequences:write"),
  tags,
  summary: "Void numbers that will not be used",
  request: {
    params,
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            reason: plainText(200).openapi({ example: "label torn" }),
            first: counterInput.optional(),
            last: counterInput.optional(),
          })
          .superRefine(({ first, last }, context) => {
            const problem = runProblem(first, last);
            if (problem === null) return;
            const { member, message } = problem;
            context.addIssue({ code: "custom", path: [member], message });
          })
          .openapi("VoidInput", {
            description:
              "Voids first to last, both given; without both every number that is still open.",
          }),
      ),
    },
  },
  responses: {
    201: {
      description: "Voided.",
      headers: createdHeaders,
      content: json(
        z
          .object({ reservation: z.string(), reason: z.string(), voided: z.array(run) })
          .openapi("Voiding"),
      ),
    },
    ...problems(
      "reservation_not_found",
      "reservation_of_another",
      "reservation_range",
      "reservation_used",
      "reservation_on_lease",
    ),
  },
});

/** Registers the calls that make and read reservations. */
export function registerReservations(app: App): void {
  app.openapi(create, async (c) => {
    const { include, ...wanted } = c.req.valid("json");
    const { key } = c.req.valid("param");
    const { facts, replayed } = await reserve(await onceCallOf(c, aboutSequence(key)), key, wanted);
    const reservation = shownReservation(facts);
    const headers = { Location: reservationPath(facts.id), ...replayHeader(replayed) };
    if (include === undefined) return c.json(reservation, 201, headers);
    return answerNames(c, {
      object: JSON.stringify(reservation),
      listing: namesOf(facts),
      file: facts.id,
      jsonOnly: true,
      status: 201,
      headers,
    });
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await getReservation(await callOf(c, aboutReservation(id)), id), 200);
  });
  app.openapi(names, async (c) => {
    const { id } = c.req.valid("param");
    const facts = await reservationFacts(await callOf(c, aboutReservation(id)), id);
    return answerNames(c, {
      object: JSON.stringify(shownReservation(facts)),
      listing: namesOf(facts),
      file: facts.id,
      raw: c.req.valid("query").raw,
    });
  });
  app.openapi(voidRoute, async (c) => {
    const { id } = c.req.valid("param");
    const call = await onceCallOf(c, aboutReservation(id));
    const { voiding, replayed } = await voidReservation(call, id, c.req.valid("json"));
    return c.json({ ...voiding, voided: [...voiding.voided] }, 201, {
      Location: reservationPath(id),
      ...replayHeader(replayed),
    });
  });
}
