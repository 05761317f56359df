import type { FailureCode } from "../errors.ts";
import { failures, isFailureCode } from "../errors.ts";
import type { App } from "./context.ts";
import { anyOf, codesExtension, describeCodes, keyScheme } from "./openapi.ts";
import { problemType } from "./problem.ts";

type Document = ReturnType<App["getOpenAPI31Document"]>;
type Operation = Record<string, unknown>;

const methodOrder = ["get", "put", "post", "patch", "delete"];

/** The codes that any call under /v1 can answer with. */
const everywhere: readonly FailureCode[] = [
  "api_key_missing",
  "api_key_malformed",
  "api_key_unknown",
  "api_key_revoked",
  "api_key_expired",
  "scope_missing",
  "api_key_limited",
  "quota_requests_exceeded",
  // Of a call that takes no parameters any is one too many.
  "request_invalid",
  "internal_error",
  "database_unavailable",
  "database_slow",
  "overloaded",
  "record_busy",
];
const withBody: readonly FailureCode[] = [
  "body_not_json",
  "body_broken_off",
  "body_key_repeated",
  "body_too_deep",
  "body_too_large",
  "unsupported_media_type",
  "content_encoding_unsupported",
  "outcome_unknown",
];
const posted: readonly FailureCode[] = [
  "idempotency_key_missing",
  "idempotency_key_malformed",
  "idempotency_key_reused",
  "request_in_flight",
];

const idempotencyParameter = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description:
    "1 to 255 printable ASCII characters, bare or as a quoted string. The same key with the same request is carried out once; kept for 30 days.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
  example: "5f0e9f8c-6a51-4c3c-9a52-6d1f0b8b7f11",
};

/** What answers to a key with a quota carry, as of draft-ietf-httpapi-ratelimit-headers-11. */
const headers = {
  RateLimitPolicy: {
    description:
      'What a key with a quota may use up: requests a minute, numbers a day. Such as "requests";q=60;w=60.',
    schema: { type: "string" },
  },
  RateLimit: {
    description:
      'What is left of it (r) until it begins anew in t seconds, as far as the call knows. Such as "requests";r=59;t=42.',
    schema: { type: "string" },
  },
  RetryAfter: {
    description: "Seconds after which the same request may succeed.",
    schema: { type: "integer", minimum: 1 },
  },
};

/** Successes and refusals by a quota name their headers; all other answers carry those of the quota as well. */
function headersOf(status: string): Operation {
  if (Number(status) >= 400 && status !== "429") return {};
  return {
    "RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" },
    RateLimit: { $ref: "#/components/headers/RateLimit" },
    ...(status === "429" ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } : {}),
  };
}

const apiKeyScheme = {
  type: "http",
  scheme: "bearer",
  description:
    "An API key: smk_live_..., smk_test_... or smk_demo_... Each call names the scopes of which any " +
    "suffices; admin suffices for all. reserve: reserves and voids numbers. lots:read: reads lots, their " +
    "history, jobs, receipts, counts and recalls. lots:write: records and changes lots, receipts, counts " +
    "and recalls, and imports lots. sequences:write: makes and changes sequences and products, moves " +
    "counters, and imports them. admin: all of that, the settings, the API keys, webhooks and the audit. A key may be limited " +
    "to named sequences or products, and have a quota.",
};

/**
 * The OpenAPI 3.1 document of everything that is registered on the app, with what all calls under /v1
 * share added. The same app gives the same text: paths, methods and components stand in a fixed order.
 */
export function openapiDocument(app: App): Document {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Serialmint",
      version: "1",
      description:
        "Mints lot and serial numbers: reserves runs of numbers, formats them, and records lots in bulk.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
  });
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [path, item] of sorted(document.paths ?? {})) {
    const operations: Record<string, Operation> = {};
    for (const method of methodOrder) {
      // The generator makes plain objects; their types do not know members by a computed name.
      const operation = (item as Record<string, Operation | undefined>)[method];
      if (operation === undefined) continue;
      operations[method] = path.startsWith("/v1/") ? shared(operation, method) : operation;
    }
    paths[path] = operations;
  }
  const components: Record<string, Record<string, unknown>> = {};
  // Every kind of component is an object of named members.
  const kinds = { ...document.components } as Record<string, Record<string, unknown>>;
  for (const [kind, members] of Object.entries(kinds)) {
    components[kind] = Object.fromEntries(sorted(members));
  }
  const withParameters = {
    ...components,
    headers: { ...components["headers"], ...headers },
    parameters: { ...components["parameters"], IdempotencyKey: idempotencyParameter },
    securitySchemes: { ...components["securitySchemes"], [keyScheme]: apiKeyScheme },
  };
  // Same shape as before: only members of the kinds that the document has were added.
  return { ...document, paths, components: withParameters } as Document;
}

/** An operation with key, parameters and problems that every call of its method shares. */
function shared(operation: Operation, method: string): Operation {
  const parameters: readonly unknown[] = Array.isArray(operation["parameters"])
    ? operation["parameters"]
    : [];
  const writes = method === "post" || method === "put" || method === "patch";
  const codes = [
    ...everywhere,
    // PUT would make what its path names: there a wrong name is one of the request's problems.
    ...(method !== "put" && parameters.some(isOfPath) ? (["path_names_nothing"] as const) : []),
    ...(writes ? withBody : []),
    ...(method === "post" ? posted : []),
  ];
  const idempotency = method === "post" ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  const all = [...parameters, ...idempotency];
  return {
    ...operation,
    ...(all.length === 0 ? {} : { parameters: all }),
    // A route that declares no scope is for admin alone.
    security: operation["security"] ?? anyOf("admin"),
    responses: allResponses(operation["responses"], codes),
  };
}

function isOfPath(parameter: unknown): boolean {
  return (
    typeof parameter === "object" &&
    parameter !== null &&
    "in" in parameter &&
    parameter.in === "path"
  );
}

/** The responses with their problems and with the headers that any answer may have. */
function allResponses(given: unknown, codes: readonly FailureCode[]): Operation {
  const responses: Operation = typeof given === "object" && given !== null ? { ...given } : {};
  const byStatus = new Map<string, Set<FailureCode>>();
  for (const [status, response] of Object.entries(responses)) {
    for (const code of codesOf(response)) addTo(byStatus, status, code);
  }
  for (const code of codes) addTo(byStatus, String(failures[code].status), code);
  for (const [status, some] of byStatus) {
    const inOrder = [...some].toSorted();
    responses[status] = {
      description: describeCodes(inOrder),
      content: { [problemType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      [codesExtension]: inOrder,
    };
  }
  const withHeaders = sorted(responses).map(([status, response]): [string, unknown] => {
    // What the generator and the lines above make of a response is a plain object.
    const described = response as { readonly headers?: Operation };
    const named = { ...described.headers, ...headersOf(status) };
    return [status, Object.keys(named).length === 0 ? described : { ...described, headers: named }];
  });
  return Object.fromEntries(withHeaders);
}

function addTo(byStatus: Map<string, Set<FailureCode>>, status: string, code: FailureCode): void {
  const some = byStatus.get(status) ?? new Set();
  byStatus.set(status, some.add(code));
}

/** The codes that a route stated for a response; none for an answer that is no problem. */
function codesOf(response: unknown): FailureCode[] {
  if (typeof response !== "object" || response === null || !(codesExtension in response)) return [];
  const codes = response[codesExtension];
  return Array.isArray(codes) ? codes.map(String).filter(isFailureCode) : [];
}

function sorted<Member>(object: Readonly<Record<string, Member>>): [string, Member][] {
  return Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
