import { createRoute, z } from "@hono/zod-openapi";
import { numberStatuses, resolveName } from "../../domain/names/resolve.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, json, problems } from "../openapi.ts";
import { lotSchema } from "../schemas/lot.ts";
import { lotName } from "../schemas/names.ts";
import { counterOutput } from "../wire.ts";

const resolvedSchema = z
  .object({
    name: z.string(),
    origins: z.array(
      z.object({
        sequence: z.string(),
        series: z.string().nullable(),
        number: counterOutput,
        status: z.enum(numberStatuses),
        reservation: z.string().nullable(),
        lease: z.string().nullable(),
        holder: z.string().nullable(),
        issued_at: z.string(),
        voided_at: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    lots: z.array(lotSchema),
  })
  .openapi("Resolved");

const resolve = createRoute({
  method: "get",
  path: "/v1/resolve",
  operationId: "resolveName",
  security: anyOf("lots:read"),
  tags: ["Lots"],
  summary: "Where a name comes from",
  request: { query: z.strictObject({ name: lotName }) },
  responses: {
    200: { description: "Its numbers and its lots.", content: json(resolvedSchema) },
    ...problems("name_unknown"),
  },
});

/** Registers `GET /v1/resolve`. */
export function registerResolve(app: App): void {
  app.openapi(resolve, async (c) => {
    const { name, origins, lots } = await resolveName(await callOf(c), c.req.valid("query").name);
    return c.json({ name, origins: [...origins], lots: lots.map((lot) => ({ ...lot })) }, 200);
  });
}
