import { createRoute, z } from "@hono/zod-openapi";
import { forecast } from "../../domain/sequences/forecast.ts";
import { aboutSequence } from "../../domain/tenants/touches.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, json, problems } from "../openapi.ts";
import { sequenceKey, seriesName } from "../schemas/names.ts";
import { counterOutput } from "../wire.ts";

const amount = counterOutput.openapi({ pattern: "^[0-9]+$", example: "1200" });

const rateSchema = z
  .object({
    since: z
      .string()
      .openapi({ description: "To the minute for an hour and a day, to the hour for a week." }),
    drawn: amount.openapi({ description: "Numbers that were reserved since then." }),
    per_hour: z.number(),
    exhausted_at: z.string().nullable().openapi({
      description:
        "When the last number is given if it goes on so; null: not before the year 9999.",
    }),
    lasts: z.boolean().nullable().openapi({
      description:
        "Whether there are numbers left when the period ends; null for a series that does not end.",
    }),
  })
  .openapi("ForecastRate");

const forecastSchema = z
  .object({
    sequence: z.string(),
    series: z.string().nullable(),
    overflow: z.enum(["widen", "reject"]),
    last_number: counterOutput.openapi({
      description:
        "The last number that may be given: that of the pattern's width with reject, else of 18 digits.",
    }),
    next: counterOutput.nullable().openapi({ description: "Null when no number is left." }),
    remaining: amount,
    used: z.number().openapi({ description: "Which part of the numbers is used, 0 to 1." }),
    ends_at: z
      .string()
      .nullable()
      .openapi({ description: "When the period ends; null for a series that does not." }),
    rates: z.object({ hour: rateSchema, day: rateSchema, week: rateSchema }),
    at: z.string(),
  })
  .openapi("Forecast");

const route = createRoute({
  method: "get",
  path: "/v1/sequences/{key}/forecast",
  operationId: "getForecast",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags: ["Sequences"],
  summary: "How long a sequence has numbers",
  description:
    "Of the present period, or of the series that is named, by what was reserved in the last hour, day and week. " +
    "Numbers that were skipped or fenced are used, and count for no rate.",
  request: {
    params: z.object({ key: sequenceKey }),
    query: z.strictObject({ series: seriesName.optional() }),
  },
  responses: {
    200: { description: "The forecast.", content: json(forecastSchema) },
    ...problems("sequence_not_found", "series_malformed", "series_not_named"),
  },
});

/** Registers `GET /v1/sequences/{key}/forecast`. */
export function registerForecast(app: App): void {
  app.openapi(route, async (c) => {
    const { key } = c.req.valid("param");
    const call = await callOf(c, aboutSequence(key));
    return c.json(await forecast(call, key, c.req.valid("query")), 200);
  });
}
