import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { openapiFile, openapiText } from "../../ops/openapi.ts";

test("openapi.json is what the routes say; `npm run openapi` writes it", async () => {
  expect(openapiText()).toBe(await readFile(openapiFile, "utf8"));
});
