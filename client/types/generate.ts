/** `npm run client:types`: writes client/src/api.ts, the types of every call, from openapi.json. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import type { OpenAPI3 } from "openapi-typescript";

import { projectRoot } from "../../dev/wrangler.ts";

export const typesFile = path.join(projectRoot, "client", "src", "api.ts");

interface Answer {
  headers?: unknown;
  readonly "x-problem-codes"?: readonly string[];
}

interface Parameter {
  readonly $ref?: string;
}

interface Operation {
  parameters?: Parameter[];
  responses: Record<string, Answer>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: { headers?: unknown; parameters?: unknown };
}

/**
 * What a caller of the client sees: no failures, which are thrown, and no headers of the transport.
 * Answers the codes of the failures.
 */
function strip(document: Document): string[] {
  const codes = new Set<string>();
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      operation.parameters = (operation.parameters ?? []).filter(
        ({ $ref }) => $ref !== "#/components/parameters/IdempotencyKey",
      );
      for (const [status, answer] of Object.entries(operation.responses)) {
        for (const code of answer["x-problem-codes"] ?? []) codes.add(code);
        delete answer.headers;
        if (!status.startsWith("2")) delete operation.responses[status];
      }
    }
  }
  delete document.components.headers;
  delete document.components.parameters;
  return [...codes].toSorted();
}

/** The text that the file has to have. */
export async function typesText(): Promise<string> {
  const text = await readFile(path.join(projectRoot, "openapi.json"), "utf8");
  // Written by `npm run openapi`, whose test holds its shape.
  const document = JSON.parse(text) as Document;
  const codes = strip(document);
  // The library wants its own type of the same document.
  const source = document as unknown as OpenAPI3;
  // A field with a default may be left out of a request.
  const types = astToString(await openapiTS(source, { defaultNonNullable: false }));
  return [
    "// Written by `npm run client:types` from openapi.json.",
    types.trimEnd(),
    "/** What a problem of the service is called. */",
    `export type ProblemCode =${codes.map((code) => `\n    | "${code}"`).join("")};\n`,
  ].join("\n\n");
}

if (import.meta.main) await writeFile(typesFile, await typesText());
