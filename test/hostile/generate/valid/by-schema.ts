import type { Random } from "../../../faults/random.ts";
import type { Document, Operation, Parameter, Schema } from "../../document/document.ts";
import { resolved } from "../../document/document.ts";
import type { Holdings } from "../holdings.ts";
import { someDay, someMoment } from "./sequences.ts";
import { maybe } from "./wish.ts";
import type { Wish } from "./wish.ts";

/**
 * A request for an operation that has no recipe: its parameters mean what those of that name mean
 * elsewhere, and its body is the example of its schema. So a new operation is called without anybody
 * writing how; when that is never answered with success the run says that it needs a recipe.
 */
export function bySchema(
  document: Document,
  operation: Operation,
  held: Holdings,
  random: Random,
): Wish {
  const inPath = Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => [
        parameter.name,
        parameterValue(parameter, held, random) ?? textOf(exampleOf(document, parameter.schema)),
      ]),
  );
  const query = queryOf(operation, held, random);
  const { body } = operation;
  if (body === undefined) return { operation: operation.id, inPath, query };
  const example = exampleOf(document, body.schema);
  return body.mediaType === "application/json"
    ? { operation: operation.id, inPath, query, json: example }
    : { operation: operation.id, inPath, query, csv: textOf(example) };
}

/** Some of the query parameters that an operation takes, those that it needs among them. */
export function queryOf(
  { parameters }: Operation,
  held: Holdings,
  random: Random,
): Record<string, string | undefined> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === "query")
      .map((parameter) => {
        const given = parameter.required === true || random.chance(0.12);
        return [parameter.name, given ? parameterValue(parameter, held, random) : undefined];
      }),
  );
}

/** A value that the tenant knows, as the parameters of that name mean it. */
function parameterValue(
  { name, schema, example }: Parameter,
  held: Holdings,
  random: Random,
): string | undefined {
  if (schema.enum !== undefined) return textOf(random.pick(schema.enum));
  switch (name) {
    case "key":
    case "sequence":
      return held.sequences.pick(random)?.key;
    case "sku":
    case "product":
      return held.products.pick(random)?.sku;
    case "name":
      return held.lots.pick(random)?.name;
    case "job":
      return held.jobs.pick(random);
    case "receipt":
      return held.receipts.pick(random)?.id;
    case "reservation":
      return held.reservations.pick(random)?.id;
    case "limit":
      return String(random.pick([1, 2, 10, 100, 1000]));
    case "raw":
      return random.pick(["true", "false"]);
    case "at":
      return someMoment(random);
    case "expires_after":
    case "expires_before":
      return someDay(random);
    case "reference":
      return held.receipts.pick(random)?.reference ?? held.text();
    case "party":
    case "location":
      return held.marker;
    // They belong to what was read before, and are set by whoever reads on.
    case "cursor":
    case "series":
      return undefined;
    default:
      return maybe(random, 1, () => textOf(example ?? schema.example ?? schema.default ?? "1"));
  }
}

/** The example that a schema documents, else the smallest value that it says it takes. */
export function exampleOf(document: Document, given: Schema): unknown {
  const schema = resolved(document, given);
  const said = schema.example ?? schema.const ?? schema.enum?.[0] ?? schema.default;
  if (said !== undefined && said !== null) return said;
  const [part] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (part !== undefined) return exampleOf(document, part);
  const [type = "object"] = [schema.type ?? []].flat();
  switch (type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [
          name,
          exampleOf(document, schema.properties?.[name] ?? {}),
        ]),
      );
    case "array":
      return [exampleOf(document, schema.items ?? {})];
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    default:
      return "1";
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
