import { createRoute, z } from "@hono/zod-openapi";
import { getImport } from "../../domain/imports/get.ts";
import type { Import } from "../../domain/imports/import.ts";
import { ownParameters } from "../../domain/imports/kind.ts";
import { importKinds, kindsThatTake } from "../../domain/imports/kinds/kinds.ts";
import { scopeOfKind } from "../../domain/imports/kinds/scopes.ts";
import { listImports, listRefused } from "../../domain/imports/list.ts";
import { receiveImport } from "../../domain/imports/receive.ts";
import { lotLimits } from "../../domain/lots/limits.ts";
import { unprintable } from "../../domain/plain-text.ts";
import { needing } from "../../domain/tenants/touches.ts";
import { fail } from "../../errors.ts";
import { callOf, onceCallOf, replayHeader } from "../call.ts";
import type { App } from "../context.ts";
import { incomingFile } from "../incoming-file.ts";
import { anyOf, createdHeaders, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { importRow, importSchema, refusedRow } from "../schemas/import.ts";
import { jobId } from "../schemas/names.ts";
import { counterInput, pageQuery } from "../wire.ts";

const tags = ["Imports"];
const params = z.object({ id: jobId });

const mapping = z
  .string()
  .transform((text, context) => {
    const read = z.record(z.string(), z.string().nullable()).safeParse(parsed(text));
    if (read.success && Object.keys(read.data).some((field) => unprintable.test(field))) {
      context.addIssue({ code: "custom", message: "must name fields by printable characters." });
      return z.NEVER;
    }
    if (read.success) return read.data;
    context.addIssue({
      code: "custom",
      message: "must be a JSON object of our fields, each with the header of its column or null.",
    });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    description:
      "Our fields with the headers of their columns, as JSON; null for one not to be read.",
    example: '{"sku":"Article"}',
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A query parameter that is true or false. */
const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** Without defaults: a parameter that is not for the kind is refused, whatever it says. */
const createQuery = z
  .strictObject({
    kind: z.enum(importKinds),
    dry_run: flag.optional().openapi({
      type: "boolean",
      default: false,
      description: "true reports and changes nothing.",
    }),
    margin: counterInput.optional().openapi({
      default: "0",
      description: `Numbers to leave out in front of each counter. For ${kindsWith("margin")}.`,
    }),
    allow_jump: flag.optional().openapi({
      type: "boolean",
      default: false,
      description:
        `Allows names that are wider than their counter and more than ${lotLimits.jump} numbers beyond it. ` +
        `For ${kindsWith("allow_jump")}.`,
    }),
    allow_overlap: flag.optional().openapi({
      type: "boolean",
      default: false,
      description:
        "Makes new sequences even if they can give names of others; no product takes names of two such. " +
        `For ${kindsWith("allow_overlap")}.`,
    }),
    mapping: mapping.optional(),
  })
  .superRefine((query, context) => {
    for (const parameter of ownParameters) {
      if (query[parameter] === undefined) continue;
      if (kindsThatTake(parameter).includes(query.kind)) continue;
      context.addIssue({
        code: "custom",
        path: [parameter],
        message: `is for ${kindsWith(parameter)}; this is ${query.kind}. Leave it out.`,
      });
    }
  });

/** `a, b and c`. */
function kindsWith(parameter: string): string {
  return kindsThatTake(parameter)
    .join(", ")
    .replace(/, ([^,]*)$/, " and $1");
}

const create = createRoute({
  method: "post",
  path: "/v1/imports",
  operationId: "createImport",
  security: anyOf("lots:write", "sequences:write"),
  tags,
  summary: "Import a file of Odoo, Frappe or ERPNext",
  request: {
    headers: z.object({
      prefer: z.string().optional().openapi({
        description: "respond-async answers 202 as soon as the file has come.",
      }),
    }),
    query: createQuery,
    body: {
      required: true,
      content: { "text/csv": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
  responses: {
    201: { description: "It is applied.", headers: createdHeaders, content: json(importSchema) },
    202: {
      description: "The file has come.",
      headers: createdHeaders,
      content: json(importSchema),
    },
    ...problems(
      "csv_encoding",
      "csv_quote_unclosed",
      "csv_quote_stray",
      "csv_carriage_return",
      "csv_row_too_long",
      "csv_empty",
      "import_template_broken",
      "import_columns_missing",
      "import_column_repeated",
      "import_column_control",
      "import_column_unusable",
      "import_mapping_field",
      "import_mapping_column",
      "import_too_large",
      "import_broken_off",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/imports/{id}",
  operationId: "getImport",
  security: anyOf("lots:write", "sequences:write"),
  tags,
  summary: "Where an import stands, and what its rows came to",
  request: { params },
  responses: {
    200: { description: "The import.", content: json(importSchema) },
    ...problems("import_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/imports",
  operationId: "listImports",
  security: anyOf("lots:write", "sequences:write"),
  tags,
  summary: "All imports",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Imports in order of creation.", content: listContent(importRow) },
    ...problems("cursor_unusable"),
  },
});

const rows = createRoute({
  method: "get",
  path: "/v1/imports/{id}/rows",
  operationId: "listImportRows",
  security: anyOf("lots:write", "sequences:write"),
  tags,
  summary: "The rows that an import left out",
  request: {
    params,
    query: z.strictObject({ ...pageQuery, outcome: z.enum(["refused"]).default("refused") }),
  },
  responses: {
    200: { description: "Rows in the order of the file.", content: listContent(refusedRow) },
    ...problems("import_not_found", "cursor_unusable"),
  },
});

/** Registers the calls under /v1/imports. */
export function registerImports(app: App): void {
  app.openapi(create, async (c) => {
    const encoding = c.req.header("content-encoding") ?? "identity";
    if (encoding.toLowerCase() !== "identity") {
      fail("content_encoding_unsupported", { given: encoding });
    }
    const patient = !/(?:^|[,;\s])respond-async(?:$|[,;\s])/i.test(c.req.header("prefer") ?? "");
    const { kind, mapping: columns = {}, margin = 0n, ...query } = c.req.valid("query");
    const { dry_run = false, allow_jump = false, allow_overlap = false } = query;
    const file = incomingFile(c.req.raw);
    const input = { kind, dry_run, allow_jump, allow_overlap, margin, mapping: columns, file };
    const call = needing(await onceCallOf(c), scopeOfKind[kind]);
    return answerImport(await receiveImport(call, input, { patient }));
  });
  app.openapi(get, async (c) => {
    return Response.json(await getImport(await callOf(c), c.req.valid("param").id));
  });
  app.openapi(list, async (c) => {
    const listing = listImports(await callOf(c));
    return answerList(c, { name: "imports", filters: {} }, listing, c.req.valid("query"));
  });
  app.openapi(rows, async (c) => {
    const { id } = c.req.valid("param");
    const { outcome, ...page } = c.req.valid("query");
    const listing = await listRefused(await callOf(c), id);
    return answerList(c, { name: "import-rows", filters: { id, outcome } }, listing, page);
  });
}

function answerImport({ import: made, replayed }: { import: Import; replayed: boolean }): Response {
  const isDone = made.status === "done";
  const headers = {
    Location: `/v1/imports/${made.id}`,
    ...replayHeader(replayed),
    ...(isDone ? {} : { "Retry-After": "1" }),
  };
  return Response.json(made, { status: isDone ? 201 : 202, headers });
}
