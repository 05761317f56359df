import { expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { exampleApp } from "./example-app.ts";
import { callsOf, everyRouteRefuses } from "./negative-suite.ts";

everyRouteRefuses("the service", createApp());
everyRouteRefuses("an example", exampleApp());

test("the suite finds the routes that are registered", () => {
  expect(callsOf(exampleApp()).map((call) => `${call.method} ${call.path}`)).toEqual([
    ...callsOf(createApp()).map((call) => `${call.method} ${call.path}`),
    "POST /v1/things",
    "PUT /v1/things/thing-1",
    "GET /v1/things/thing-1",
    "POST /v1/things/thing-1/close",
    "GET /v1/things",
    "GET /v1/things/thing-1/names",
  ]);
});
