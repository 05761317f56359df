import { describe, expect, test } from "vitest";
import type { App } from "../../src/http/context.ts";
import { openapiDocument } from "../../src/http/openapi-document.ts";
import { routeTable } from "../../src/http/route-table.ts";
import { bindings, testKey } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

/** A registered call under /v1, with a path that its own parameters accept. */
export interface Call {
  readonly method: string;
  /** As registered, such as `/v1/things/:key`. */
  readonly route: string;
  /** With the examples of its parameters filled in. */
  readonly path: string;
  readonly takesJson: boolean;
}

/** Every call under /v1 that is registered on the app. */
export function callsOf(app: App): Call[] {
  const examples = pathExamples(app);
  return routeTable(app)
    .entries.filter((entry) => entry.path.startsWith("/v1/"))
    .map(({ method, path: route, body }) => ({
      method,
      route,
      path: route.replaceAll(/:([^/{]+)(?:\{[^}]+\})?/g, (_, name: string) =>
        encodeURIComponent(examples.get(`${route} ${name}`) ?? "x-1"),
      ),
      takesJson: body === null || body.types.includes("application/json"),
    }));
}

/** `<route> <parameter>` -> the example that its schema documents. */
function pathExamples(app: App): Map<string, string> {
  const examples = new Map<string, string>();
  for (const [path, item] of Object.entries(openapiDocument(app).paths ?? {})) {
    const route = path.replaceAll(/\/{(.+?)}/g, "/:$1");
    for (const operation of Object.values(item as Record<string, { parameters?: unknown[] }>)) {
      for (const parameter of operation.parameters ?? []) {
        const {
          name,
          in: place,
          example,
          schema,
        } = parameter as {
          name?: string;
          in?: string;
          example?: unknown;
          schema?: { example?: unknown };
        };
        const value = example ?? schema?.example;
        if (place === "path" && typeof value === "string") examples.set(`${route} ${name}`, value);
      }
    }
  }
  return examples;
}

function headersFor(method: string, more: Record<string, string>): Record<string, string> {
  return {
    authorization: `Bearer ${testKey}`,
    ...(method === "POST" ? { "idempotency-key": "negative" } : {}),
    ...more,
  };
}

/**
 * What every call under /v1 has to refuse before it asks the database for anything: run over the
 * routes that are registered, so that a new one is covered without a line here.
 */
export function everyRouteRefuses(name: string, app: App): void {
  const request = (path: string, init: RequestInit) => app.request(path, init, bindings);
  for (const { method, route, path, takesJson } of callsOf(app)) {
    const writes = method === "POST" || method === "PUT" || method === "PATCH";
    describe(`${name}: ${method} ${route}`, () => {
      test("without a key: 401", async () => {
        const response = await request(path, { method });
        expect(response.headers.get("www-authenticate")).toBe('Bearer realm="serialmint"');
        await expectProblem(response, 401, "api_key_missing");
      });

      test("with a malformed key: 401", async () => {
        const response = await request(path, { method, headers: { authorization: "Bearer abc" } });
        expect(response.headers.get("www-authenticate")).toContain("invalid_token");
        await expectProblem(response, 401, "api_key_malformed");
      });

      test("with a slash at the end: 404", async () => {
        await expectProblem(await request(`${path}/`, { method }), 404, "route_not_found");
      });

      test("with a method that it does not take: 405", async () => {
        const response = await request(path, { method: "DELETE" });
        await expectProblem(response, 405, "method_not_allowed");
        expect(response.headers.get("allow")?.split(", ")).toContain(method);
      });

      if (method === "POST") {
        test("without an Idempotency-Key: 400", async () => {
          const headers = { authorization: `Bearer ${testKey}` };
          const response = await request(path, { method, headers, body: "{" });
          await expectProblem(response, 400, "idempotency_key_missing");
        });

        test("with a malformed Idempotency-Key: 400", async () => {
          const headers = headersFor(method, { "idempotency-key": '"open' });
          await expectProblem(
            await request(path, { method, headers }),
            400,
            "idempotency_key_malformed",
          );
        });
      }

      if (writes) {
        test("with a body of another type: 415", async () => {
          const headers = headersFor(method, { "content-type": "application/xml" });
          const response = await request(path, { method, headers, body: "<a/>" });
          await expectProblem(response, 415, "unsupported_media_type");
        });
      }

      if (writes && takesJson) {
        const headers = headersFor(method, { "content-type": "application/json" });

        test("with a body that is not JSON: 400", async () => {
          const response = await request(path, { method, headers, body: '{"a": ' });
          await expectProblem(response, 400, "body_not_json");
        });

        test("with a body that is too large: 413", async () => {
          const length = { "content-length": "8388609" };
          const init = { method, headers: { ...headers, ...length }, body: "{}" };
          await expectProblem(await request(path, init), 413, "body_too_large");
        });

        test("with an unknown field: 422 that points at it", async () => {
          const body = JSON.stringify({ no_such_field: 1 });
          const response = await request(path, { method, headers, body });
          const problem = await expectProblem(response, 422, "request_invalid");
          expect(problem.errors?.map((error) => error.pointer)).toContain("/no_such_field");
        });
      }

      if (!writes) {
        test("with an unknown query parameter: 422 that names it", async () => {
          const headers = headersFor(method, {});
          const response = await request(`${path}?no_such_parameter=1`, { method, headers });
          const problem = await expectProblem(response, 422, "request_invalid");
          const named = problem.errors?.map((error) => error.parameter);
          expect(named).toContain("no_such_parameter");
        });
      }
    });
  }
}
