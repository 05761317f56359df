import { Ajv2020 } from "ajv/dist/2020.js";

import { isJsonObject } from "../wire/json-object.ts";
import type { JsonObject } from "../wire/json-object.ts";
import type { Document } from "./document.ts";

/** Says what is wrong with a value; empty when nothing is. */
export type Validate = (value: unknown) => string[];

/**
 * Validators of what the document declares as answers (JSON Schema, draft 2020-12, as OpenAPI 3.1 has
 * it). An answer's object has no member that its schema does not name, unless the schema says that it
 * may: the document leaves that open for callers, who have to bear new members, and not for the service.
 */
export function validatorsOf(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closedDocument(document), "document");
  const known = new Map<string, Validate>();
  const compiled = (pointer: string): Validate => {
    const found = known.get(pointer);
    if (found !== undefined) return found;
    const check = ajv.compile({ $ref: `document#${pointer}` });
    const validate: Validate = (value) => {
      if (check(value)) return [];
      return (check.errors ?? []).map(({ instancePath, message, params }) => {
        const given = JSON.stringify(valueAt(value, instancePath)).slice(0, 100);
        return `${instancePath} ${message} ${JSON.stringify(params)}: ${given}`;
      });
    };
    known.set(pointer, validate);
    return validate;
  };
  return {
    problem: compiled("/components/schemas/Problem"),
    /** Of the answer with that status and media type. */
    answer(template: string, method: string, status: string, mediaType: string): Validate {
      const steps = [
        "paths",
        template,
        method,
        "responses",
        status,
        "content",
        mediaType,
        "schema",
      ];
      return compiled(`/${steps.map((step) => encodeURIComponent(escaped(step))).join("/")}`);
    },
  };
}

/** What a JSON pointer points at. */
function valueAt(value: unknown, pointer: string): unknown {
  const steps = pointer.split("/").slice(1);
  return steps.reduce((one: unknown, step) => {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    return typeof one === "object" && one !== null ? new Map(Object.entries(one)).get(name) : null;
  }, value);
}

export type Validators = ReturnType<typeof validatorsOf>;

/** A step of a JSON pointer (RFC 6901 section 3). */
function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function closedDocument(document: Document): JsonObject {
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, inside(schema)]),
  );
  return { paths: closedContents(document.paths), components: { schemas } };
}

/** Closes the schema of every content, wherever it stands. */
function closedContents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedContents);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "schema" ? closed(member) : closedContents(member),
    ]),
  );
}

/** A schema that describes a whole value: what none of its parts names is refused. */
function closed(schema: unknown): unknown {
  if (!isJsonObject(schema)) return schema;
  const within = inside(schema);
  const describes = ["properties", "$ref", "allOf", "anyOf", "oneOf"].some((word) =>
    Object.hasOwn(within, word),
  );
  if (!describes || Object.hasOwn(within, "additionalProperties")) return within;
  return { ...within, unevaluatedProperties: false };
}

/** The same schema with its members and elements closed; itself it stays open, to be part of another. */
function inside(schema: unknown): JsonObject {
  if (!isJsonObject(schema)) return {};
  return Object.fromEntries(
    Object.entries(schema).map(([word, value]) => {
      if (word === "properties" && isJsonObject(value)) {
        return [
          word,
          Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)])),
        ];
      }
      if (word === "items") return [word, closed(value)];
      if (["allOf", "anyOf", "oneOf"].includes(word) && Array.isArray(value)) {
        return [word, value.map(inside)];
      }
      return [word, value];
    }),
  );
}
