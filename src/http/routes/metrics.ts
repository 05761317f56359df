import { createRoute, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { serviceFigures } from "../../domain/figures/metrics.ts";
import { sha256 } from "../../domain/sha256.ts";
import { settingsOf } from "../../env.ts";
import { fail } from "../../errors.ts";
import type { App } from "../context.ts";
import { databaseOf } from "../context.ts";
import type { MetricsForm } from "../metrics-text.ts";
import { metricsText } from "../metrics-text.ts";
import { problems } from "../openapi.ts";
import { serviceMetrics } from "../service-metrics.ts";

/** The name of the security scheme. */
const metricsScheme = "MetricsKey";

const types = {
  openmetrics: "application/openmetrics-text",
  prometheus: "text/plain",
} as const satisfies Record<MetricsForm, string>;

const versions = {
  openmetrics: "1.0.0",
  prometheus: "0.0.4",
} as const satisfies Record<MetricsForm, string>;

const route = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "getMetrics",
  security: [{ [metricsScheme]: [] }],
  tags: ["Service"],
  summary: "Figures of the whole service, for Prometheus",
  responses: {
    200: {
      description: "OpenMetrics 1.0, or Prometheus' text format 0.0.4 for whoever prefers it.",
      content: {
        [types.openmetrics]: { schema: z.string() },
        [types.prometheus]: { schema: z.string() },
      },
    },
    ...problems(
      "metrics_not_set_up",
      "metrics_key_wrong",
      "database_unavailable",
      "database_slow",
      "overloaded",
    ),
  },
});

/** Registers `GET /metrics`. */
export function registerMetrics(app: App): void {
  app.openAPIRegistry.registerComponent("securitySchemes", metricsScheme, {
    type: "http",
    scheme: "bearer",
    description: "The secret METRICS_KEY of this installation.",
  });
  app.openapi(route, async (c) => {
    const { metricsKey } = settingsOf(c.env);
    if (metricsKey === undefined) fail("metrics_not_set_up", {});
    if (!(await isKey(c.req.header("authorization"), metricsKey))) fail("metrics_key_wrong", {});
    const form = formOf(
      accepts(c, { header: "Accept", supports: Object.values(types), default: types.openmetrics }),
    );
    const text = metricsText(serviceMetrics(await serviceFigures(databaseOf(c))), form);
    return new Response(text, {
      headers: {
        "content-type": `${types[form]}; version=${versions[form]}; charset=utf-8`,
        "cache-control": "no-store",
        vary: "Accept",
      },
    });
  });
}

function formOf(type: string): MetricsForm {
  return type === types.prometheus ? "prometheus" : "openmetrics";
}

/** Digests are compared, and all of them, so that the time that it takes tells nothing of the key. */
async function isKey(header: string | undefined, key: string): Promise<boolean> {
  const given = /^bearer +(\S+)$/i.exec(header?.trim() ?? "")?.[1] ?? "";
  const [theirs, ours] = await Promise.all([sha256(given), sha256(key)]);
  let differences = 0;
  for (let place = 0; place < ours.length; place += 1) {
    differences |= ours.charCodeAt(place) ^ theirs.charCodeAt(place);
  }
  return differences === 0;
}
