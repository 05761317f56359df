import { createRoute, z } from "@hono/zod-openapi";
import { changeSettings, getSettings } from "../../domain/settings/settings.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, json, problems } from "../openapi.ts";
import { sequenceKey } from "../schemas/names.ts";

const tags = ["Settings"];

const settingsSchema = z
  .object({
    tenant: z.string(),
    default_sequence: z.string().nullable(),
    time_zone: z.string(),
    updated_at: z.string(),
  })
  .openapi("Settings");

const get = createRoute({
  method: "get",
  path: "/v1/settings",
  operationId: "getSettings",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "The tenant's settings",
  responses: { 200: { description: "The settings.", content: json(settingsSchema) } },
});

const patch = createRoute({
  method: "patch",
  path: "/v1/settings",
  operationId: "changeSettings",
  security: anyOf("admin"),
  tags,
  summary: "Change the tenant's settings",
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            default_sequence: sequenceKey.nullable().optional().openapi({
              description: "Serves the products that name no sequence.",
            }),
            time_zone: z.string().max(64).optional().openapi({
              example: "Europe/Berlin",
              description: "IANA name, for new sequences that name none.",
            }),
          })
          .openapi("SettingsChange", { example: { time_zone: "Europe/Berlin" } }),
      ),
    },
  },
  responses: {
    200: { description: "The settings as they are now.", content: json(settingsSchema) },
    ...problems("unknown_sequence", "pattern_shared", "patterns_changed", "time_zone_unknown"),
  },
});

/** Registers the calls of /v1/settings. */
export function registerSettings(app: App): void {
  app.openapi(get, async (c) => c.json(await getSettings(await callOf(c)), 200));
  app.openapi(patch, async (c) => {
    return c.json(await changeSettings(await callOf(c), c.req.valid("json")), 200);
  });
}
