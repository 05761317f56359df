import { createRoute, z } from "@hono/zod-openapi";
import { createApp } from "../../src/app.ts";
import type { Bindings } from "../../src/env.ts";
import type { App, DatabaseTimings, OpenDatabase } from "../../src/http/context.ts";
import { idempotencyOf, keyDigestOf } from "../../src/http/context.ts";
import type { Listing } from "../../src/domain/lists/listing.ts";
import { listContent, problems } from "../../src/http/openapi.ts";
import { answerList, answerNames } from "../../src/http/paging.ts";
import { countInput, counterInput, pageQuery, quantityInput } from "../../src/http/wire.ts";

/** A key of the right form; nothing here asks whether it is known. */
export const testKey = `smk_test_${"a".repeat(28)}`;

/** Bindings without a database behind them. */
export const bindings = {
  DATABASE_URL: "postgres://nobody:nothing@localhost/none",
  ASSETS: { fetch: () => Promise.resolve(new Response("script", { headers: { etag: '"1"' } })) },
  // No test of this folder uses the pump.
  JOB_PUMP: undefined as unknown,
  WEBHOOK_PUMP: undefined as unknown,
} as Bindings;

const unused = () => Promise.reject(new Error("This database answers pings only."));

/** Opens a database of which only `ping` works. */
export function pinging(ping: (timings: DatabaseTimings) => Promise<void>): OpenDatabase {
  return (_settings, timings) => ({
    write: unused,
    read: unused,
    readOf: unused,
    readFor: unused,
    readRowsFor: unused,
    standInLineOf: () => undefined,
    ping: async () => {
      await ping(timings);
      return { endsStatements: true, holdsRole: true, onlyReads: false };
    },
  });
}

/** Headers of a valid POST. */
export function postHeaders(more: Record<string, string> = {}): Record<string, string> {
  return {
    authorization: `Bearer ${testKey}`,
    "idempotency-key": "k-1",
    "content-type": "application/json",
    ...more,
  };
}

/** A listing of the numbers 1 to `rows`; `failAt` breaks the page that begins behind that position. */
export function numbers(rows: number, failAt?: string): Listing & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    columns: ["number", "name"],
    page({ after, limit, format }) {
      asked.push(after ?? "start");
      if (after !== null && after === failAt) return Promise.reject(new Error("broken"));
      const first = after === null ? 1 : Number(after) + 1;
      const last = Math.min(rows, first + limit - 1);
      const texts: string[] = [];
      for (let number = first; number <= last; number += 1) {
        if (format === "csv") texts.push(`${number},N-${number}\r\n`);
        else texts.push(`{"number":"${number}"}${format === "ndjson" ? "\n" : ""}`);
      }
      const text = texts.join(format === "json" ? "," : "");
      const next = last < rows ? String(last) : null;
      return Promise.resolve({ text, rows: texts.length, next });
    },
  };
}

const thingKey = z.object({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,9}$/, { error: "must be 1 to 10 of a-z, 0-9 and -, a letter first" })
    .openapi({ example: "thing-1" }),
});

const makeThing = createRoute({
  method: "post",
  path: "/v1/things",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .strictObject({
              count: countInput(),
              first: counterInput.optional(),
              quantity_each: quantityInput.optional(),
              mode: z.enum(["standard", "gapless"]).default("standard"),
              note: z.string().min(1).max(5).optional(),
              words: z.array(z.string()).max(5).optional(),
              tags: z
                .array(z.strictObject({ text: z.string() }))
                .max(2)
                .optional(),
              target: z
                .union([z.strictObject({ id: z.string() }), z.strictObject({ number: z.int() })])
                .optional(),
            })
            .openapi("Thing"),
        },
      },
    },
  },
  responses: { 201: { description: "Made." }, ...problems("sequence_exhausted") },
});

const putThing = createRoute({
  method: "put",
  path: "/v1/things/{key}",
  request: {
    params: thingKey,
    body: {
      required: true,
      content: { "application/json": { schema: z.strictObject({ text: z.string() }) } },
    },
  },
  responses: { 200: { description: "Stored." }, ...problems("sequence_fixed") },
});

const getThing = createRoute({
  method: "get",
  path: "/v1/things/{key}",
  request: { params: thingKey },
  responses: { 200: { description: "The thing." }, ...problems("sequence_not_found") },
});

const closeThing = createRoute({
  method: "post",
  path: "/v1/things/{key}/close",
  request: { params: thingKey },
  responses: { 200: { description: "Closed." }, ...problems("job_wrong_state") },
});

const listThings = createRoute({
  method: "get",
  path: "/v1/things",
  request: {
    query: z.strictObject({ ...pageQuery, prefix: z.string().optional() }),
  },
  responses: {
    200: { description: "Things.", content: listContent(z.object({ number: z.string() })) },
    ...problems("cursor_unusable"),
  },
});

const thingNames = createRoute({
  method: "get",
  path: "/v1/things/{key}/names",
  request: { params: thingKey },
  responses: { 200: { description: "Names." }, ...problems("reservation_not_found") },
});

/** Routes of every kind, with handlers that say what they were given. */
export function registerExamples(listing: Listing): (app: App) => void {
  return (app) => {
    app.openapi(makeThing, (c) => {
      const { count, first, quantity_each, mode } = c.req.valid("json");
      const text = {
        count,
        first: first === undefined ? null : String(first),
        quantity_each,
        mode,
      };
      const heard = { ...text, idempotency: idempotencyOf(c), digest: keyDigestOf(c) };
      return Response.json(heard, { status: 201, headers: { location: "/v1/things/thing-1" } });
    });
    app.openapi(putThing, (c) => c.json(c.req.valid("json"), 200));
    app.openapi(getThing, (c) => c.json({ key: c.req.valid("param").key }, 200));
    app.openapi(closeThing, (c) => c.json({ closed: true }, 200));
    app.openapi(listThings, (c) => {
      const { prefix, ...query } = c.req.valid("query");
      return answerList(c, { name: "things", filters: { prefix } }, listing, query);
    });
    app.openapi(thingNames, (c) =>
      answerNames(c, { object: '{"id":"x"}', listing, file: c.req.valid("param").key, rows: 2 }),
    );
  };
}

/** The whole app with the example routes. */
export function exampleApp(
  listing: Listing = numbers(5),
  more: (app: App) => void = () => {},
  openDatabase?: OpenDatabase,
): App {
  return createApp({
    ...(openDatabase === undefined ? {} : { openDatabase }),
    register: (app) => {
      registerExamples(listing)(app);
      more(app);
    },
  });
}
