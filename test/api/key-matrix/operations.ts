import { createApp } from "../../../src/app.ts";
import type { ApiScope } from "../../../src/db/caller.ts";
import { openapiDocument } from "../../../src/http/openapi-document.ts";
import { keyScheme } from "../../../src/http/openapi.ts";

/** As much of a JSON schema as an example is made of. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema: Schema;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly Readonly<Record<string, readonly ApiScope[]>>[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

/** A call under /v1 as the OpenAPI document tells it, with a request that its own examples make. */
export interface Operation {
  readonly method: string;
  /** Such as `/v1/sequences/{key}`. */
  readonly template: string;
  /** The examples of what stands in the path. */
  readonly inPath: Readonly<Record<string, string>>;
  /** With its question mark; empty without a parameter that has to be there. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Of which any suffices beside admin. */
  readonly scopes: readonly ApiScope[];
}

const document = JSON.parse(JSON.stringify(openapiDocument(createApp()))) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** Every call under /v1 that the document has. */
export const operations: readonly Operation[] = Object.entries(document.paths)
  .filter(([template]) => template.startsWith("/v1/"))
  .flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, described]) =>
      operationOf(method.toUpperCase(), template, described),
    ),
  );

function operationOf(method: string, template: string, described: Described): Operation {
  const parameters = (described.parameters ?? []).filter(({ $ref }) => $ref === undefined);
  const valuesIn = (place: string): [string, string][] =>
    parameters
      .filter((one) => one.in === place && (one.required === true || hasExample(one)))
      .map((one) => [one.name, textOf(one.example ?? exampleOf(one.schema))]);
  const [[type, media] = []] = Object.entries(described.requestBody?.content ?? {});
  const value = media === undefined ? undefined : exampleOf(media.schema);
  const needed = valuesIn("query").filter(([name]) =>
    parameters.some((one) => one.name === name && one.required === true),
  );
  const query = new URLSearchParams(needed).toString();
  return {
    method,
    template,
    inPath: Object.fromEntries(valuesIn("path")),
    query: query === "" ? "" : `?${query}`,
    headers: {
      ...Object.fromEntries(valuesIn("header")),
      ...(type === undefined ? {} : { "content-type": type }),
    },
    body: type === undefined ? undefined : textIn(type, value),
    scopes: (described.security ?? []).flatMap((one) => one[keyScheme] ?? []),
  };
}

function hasExample({ example, schema }: Parameter): boolean {
  return (example ?? schema.example) !== undefined;
}

/** The example that a schema documents, else the smallest value that it says it takes. */
function exampleOf(given: Schema): unknown {
  const schema = given.$ref === undefined ? given : resolved(given.$ref);
  const said = schema.example ?? schema.const ?? schema.enum?.[0] ?? schema.default;
  if (said !== undefined && said !== null) return said;
  const [part] = schema.anyOf ?? schema.allOf ?? [];
  if (part !== undefined) return exampleOf(part);
  const [type = "object"] = [schema.type ?? []].flat();
  switch (type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name] ?? {})]),
      );
    case "array":
      return [exampleOf(schema.items ?? {})];
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    default:
      return "1";
  }
}

function resolved(ref: string): Schema {
  return document.components.schemas[ref.replace("#/components/schemas/", "")] ?? {};
}

function textIn(type: string, value: unknown): string {
  return type === "application/json" ? JSON.stringify(value) : textOf(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
