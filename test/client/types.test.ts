import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { typesFile, typesText } from "../../client/types/generate.ts";

test("the client's types are those of openapi.json; `npm run client:types` writes them", async () => {
  expect(await typesText()).toBe(await readFile(typesFile, "utf8"));
});
