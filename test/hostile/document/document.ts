import { readFileSync } from "node:fs";
import path from "node:path";

import { projectRoot } from "../../../dev/wrangler.ts";

/** As much of a JSON schema as requests are made from. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema: Schema;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content?: Readonly<Record<string, unknown>>;
        readonly "x-problem-codes"?: readonly string[];
      }
    >
  >;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** What may be answered with one status. */
export interface Response {
  /** None: the answer has no body. */
  readonly mediaTypes: readonly string[];
  /** Of an error. */
  readonly codes: readonly string[];
}

/** One method of one path. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Such as `/v1/sequences/{key}`. */
  readonly template: string;
  readonly parameters: readonly Parameter[];
  readonly body:
    | { readonly required: boolean; readonly mediaType: string; readonly schema: Schema }
    | undefined;
  readonly responses: ReadonlyMap<string, Response>;
}

/** The document that stands in the repository; a test of its own holds it to what is served. */
export function readDocument(): Document {
  const text = readFileSync(path.join(projectRoot, "openapi.json"), "utf8");
  return JSON.parse(text) as Document;
}

/** Every operation, in the document's order. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const [[mediaType, media] = []] = Object.entries(described.requestBody?.content ?? {});
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        template,
        parameters: (described.parameters ?? []).map((given) => {
          if (!("$ref" in given)) return given;
          const named = document.components.parameters[lastStep(given.$ref)];
          if (named === undefined) throw new Error(`The document has no ${given.$ref}.`);
          return named;
        }),
        body:
          mediaType === undefined || media === undefined
            ? undefined
            : {
                required: described.requestBody?.required === true,
                mediaType,
                schema: media.schema,
              },
        responses: new Map(
          Object.entries(described.responses).map(([status, response]) => [
            status,
            {
              mediaTypes: Object.keys(response.content ?? {}),
              codes: response["x-problem-codes"] ?? [],
            },
          ]),
        ),
      };
    }),
  );
}

/** What a request to a path is held to. */
export type Addressed =
  | { readonly kind: "operation"; readonly operation: Operation }
  /** The path is known, for other methods. */
  | { readonly kind: "other method"; readonly methods: readonly string[] }
  /** No path of the document. */
  | { readonly kind: "nothing" };

/** Finds what a method and the path of a URL, as the URL standard normalises it, are about. */
export function addressing(operations: readonly Operation[]) {
  const templates = [...new Set(operations.map(({ template }) => template))].map((template) => ({
    template,
    form: new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));
  const byMethod = new Map(operations.map((one) => [`${one.method} ${one.template}`, one]));
  return (method: string, pathname: string): Addressed => {
    // Of two templates the one with fewer parameters is meant.
    const found = templates
      .filter(({ form }) => form.test(pathname))
      .toSorted((a, b) => a.template.split("{").length - b.template.split("{").length);
    const [first] = found;
    if (first === undefined) return { kind: "nothing" };
    const sought = method === "HEAD" ? "GET" : method;
    for (const { template } of found) {
      const operation = byMethod.get(`${sought} ${template}`);
      if (operation !== undefined) return { kind: "operation", operation };
    }
    const methods = operations
      .filter(({ template }) => found.some((one) => one.template === template))
      .map((operation) => operation.method);
    return { kind: "other method", methods };
  };
}

/** The schema that a reference names, or the schema itself. */
export function resolved(document: Document, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return document.components.schemas[lastStep(schema.$ref)] ?? {};
}

function lastStep(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}
