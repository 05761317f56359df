import { createRoute, z } from "@hono/zod-openapi";
import { getProduct } from "../../domain/products/get.ts";
import { listProducts } from "../../domain/products/list.ts";
import { putProduct } from "../../domain/products/put.ts";
import { shelfLifeDays } from "../../domain/products/shelf-life.ts";
import { aboutProduct, servedProduct } from "../../domain/tenants/touches.ts";
import { callOf } from "../call.ts";
import type { App } from "../context.ts";
import { anyOf, json, listContent, problems } from "../openapi.ts";
import { answerList } from "../paging.ts";
import { plainText, productSku, sequenceKey } from "../schemas/names.ts";
import { pageQuery } from "../wire.ts";

const tags = ["Products"];
const params = z.object({ sku: productSku });

const productBody = z
  .strictObject({
    tracking: z.enum(["none", "lot", "serial"]),
    sequence: sequenceKey.nullable().default(null).openapi({
      description: "Its own sequence; null: the tenant's default one serves.",
    }),
    name: plainText(200).nullable().default(null),
    gtin: z
      .string()
      .regex(/^(?:\d{8}|\d{12,14})$/, { error: "must be a GTIN of 8, 12, 13 or 14 digits." })
      .nullable()
      .default(null)
      .openapi({ example: "4006381333931" }),
    expiry: z.enum(["none", "optional", "required"]).default("none"),
    shelf_life_days: z
      .int()
      .min(shelfLifeDays.least)
      .max(shelfLifeDays.most)
      .nullable()
      .default(null),
  })
  .openapi("ProductInput");

const rowShape = {
  sku: z.string(),
  name: z.string().nullable(),
  tracking: z.enum(["none", "lot", "serial"]),
  sequence: z.string().nullable(),
  gtin: z.string().nullable(),
  expiry: z.enum(["none", "optional", "required"]),
  shelf_life_days: z.number().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
};

const productRow = z.object(rowShape).openapi("ProductRow");
const productSchema = z
  .object({
    ...rowShape,
    next_name: z.string().nullable().openapi({
      description: "Null without a sequence, or when its pattern needs fields.",
    }),
  })
  .openapi("Product");

const put = createRoute({
  method: "put",
  path: "/v1/products/{sku}",
  operationId: "putProduct",
  security: anyOf("sequences:write"),
  tags,
  summary: "Make or replace a product",
  request: { params, body: { required: true, content: json(productBody) } },
  responses: {
    200: { description: "Replaced, or the same as before.", content: json(productSchema) },
    201: { description: "Made.", content: json(productSchema) },
    ...problems(
      "unknown_sequence",
      "pattern_shared",
      "patterns_changed",
      "product_tracking_fixed",
      "gtin_check_digit",
      "shelf_life_without_expiry",
    ),
  },
});

const get = createRoute({
  method: "get",
  path: "/v1/products/{sku}",
  operationId: "getProduct",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "A product and its next name",
  request: { params },
  responses: {
    200: { description: "The product.", content: json(productSchema) },
    ...problems("product_not_found"),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/products",
  operationId: "listProducts",
  security: anyOf("reserve", "lots:read", "lots:write", "sequences:write"),
  tags,
  summary: "All products",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: { description: "Products in order of creation.", content: listContent(productRow) },
    ...problems("cursor_unusable"),
  },
});

/** Registers the calls under /v1/products. */
export function registerProducts(app: App): void {
  app.openapi(put, async (c) => {
    const { sku } = c.req.valid("param");
    const body = c.req.valid("json");
    const call = await callOf(c, servedProduct(sku, body.sequence));
    const { product, created } = await putProduct(call, sku, body);
    if (!created) return c.json(product, 200);
    return c.json(product, 201, { Location: `/v1/products/${encodeURIComponent(sku)}` });
  });
  app.openapi(get, async (c) => {
    const { sku } = c.req.valid("param");
    return c.json(await getProduct(await callOf(c, aboutProduct(sku)), sku), 200);
  });
  app.openapi(list, async (c) => {
    const listing = listProducts(await callOf(c));
    return answerList(c, { name: "products", filters: {} }, listing, c.req.valid("query"));
  });
}
