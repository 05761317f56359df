/**
 * `npm run openapi`: writes openapi.json, the document that the service answers at /openapi.json. A
 * test fails when the file is stale.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { createApp } from "../src/app.ts";
import { openapiDocument } from "../src/http/openapi-document.ts";

/** Where the document is kept. */
export const openapiFile = path.resolve(import.meta.dirname, "../openapi.json");

/** The document of all routes as text; the same routes give the same text. */
export function openapiText(): string {
  return `${JSON.stringify(openapiDocument(createApp()), null, 2)}\n`;
}

if (import.meta.main) {
  await writeFile(openapiFile, openapiText());
  console.log("Wrote openapi.json.");
}
