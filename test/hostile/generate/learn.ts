import { isJsonObject, readJsonObject } from "../wire/json-object.ts";
import type { JsonObject } from "../wire/json-object.ts";
import { headerOf } from "../wire/request.ts";
import type { Answer } from "../wire/answer-reader.ts";
import type { Draft } from "./draft.ts";
import type { Holdings } from "./holdings.ts";
import { bulk } from "./valid/products.ts";
import { moved } from "./valid/sequences.ts";
import { addressOfList } from "./valid/valid.ts";

/** Remembers what an answer of success told, so that later requests can refer to it. */
export function learn(held: Holdings, draft: Draft, answer: Answer): void {
  const type = headerOf(answer.headers, "content-type");
  if (answer.status >= 300 || type !== "application/json") return;
  const json = readJsonObject(answer.body);
  if (json === undefined) return;
  const { operation, inPath } = draft;
  learnCursor(held, draft, json);
  const id = text(json["id"]);
  switch (operation.id) {
    case "putSequence":
      return learnSequence(held, draft, json);
    case "putProduct":
      return learnProduct(held, draft);
    case "createReservation":
      return learnReservation(held, json);
    case "openLease":
      return held.leases.add({
        id,
        token: text(json["token"]),
        reservation: text(json["reservation"]),
        first: bigint(json["first"]),
        last: bigint(json["last"]),
        step: bigint(json["step"]),
      });
    case "advanceSequence":
    case "rewindSequence":
      if (json["sequence"] === held.key(moved)) {
        held.moved = { from: bigint(json["from"]), to: bigint(json["to"]) };
      }
      return undefined;
    case "createLots":
      return learnJob(held, json);
    case "createReceipt":
      held.receipts.add({ id, reference: text(json["reference"]) });
      if (json["status"] === "received") held.freshReceipts.add(id);
      return learnJob(held, json["job"]);
    case "createCount":
      held.counts.add(id);
      return held.drafts.add(id);
    case "applyCount":
      return learnJob(held, json["job"]);
    case "openRecall":
      held.recalls.add(id);
      return held.openRecalls.add(id);
    case "createImport":
      return held.imports.add(id);
    case "createApiKey":
    case "rotateApiKey":
      held.keyIds.add(id);
      held.activeKeyIds.add(id);
      return held.keys.add(text(json["key"]));
    case "createWebhook":
      return held.webhooks.add(id);
    case "testWebhook":
      return held.deliveries.add({ webhook: inPath["id"] ?? "", id });
    case "getLot": {
      const etag = headerOf(answer.headers, "etag");
      const { sku, name } = inPath;
      if (etag !== undefined && sku !== undefined && name !== undefined) {
        held.versions.add({ product: sku, name, etag });
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

function learnCursor(held: Holdings, { operation, inPath, query }: Draft, json: JsonObject): void {
  const cursor = json["next_cursor"];
  // With filters a cursor would have to be sent with the same ones.
  const filtered = query.some(([name]) => !["limit", "cursor", "raw"].includes(name));
  if (typeof cursor === "string" && !filtered) {
    held.cursors.add({ list: addressOfList(operation.template, inPath), cursor });
  }
}

function learnSequence(held: Holdings, { inPath, body }: Draft, json: JsonObject): void {
  const { key } = inPath;
  if (key === undefined || key === held.key(moved) || body?.kind !== "json") return;
  if (!isPlain(body.value)) return;
  const needsField = text(json["pattern"]).includes("{field.");
  held.sequences.add({ key, body: body.value, needsField });
}

function learnProduct(held: Holdings, { inPath, body }: Draft): void {
  const { sku } = inPath;
  if (sku === undefined || sku === held.key(bulk) || body?.kind !== "json" || !isPlain(body.value))
    return;
  held.products.add({ sku, body: body.value, needsField: sku === held.key("lot field") });
}

function learnReservation(held: Holdings, json: JsonObject): void {
  held.reservations.add({
    id: text(json["id"]),
    sequence: text(json["sequence"]),
    first: bigint(json["first"]),
    last: bigint(json["last"]),
    step: bigint(json["step"]),
  });
}

function learnJob(held: Holdings, job: unknown): void {
  if (!isJsonObject(job)) return;
  const id = text(job["id"]);
  held.jobs.add(id);
  if (job["status"] !== "done") held.runningJob = id;
  const items: unknown[] = Array.isArray(job["items"]) ? job["items"] : [];
  for (const item of items) {
    if (!isJsonObject(item) || job["status"] !== "done") continue;
    held.lots.add({ product: text(item["product"]), name: text(item["first_name"]) });
    held.lots.add({ product: text(item["product"]), name: text(item["last_name"]) });
  }
}

/** A value without anything that stands for other text. */
function isPlain(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function bigint(value: unknown): bigint {
  return typeof value === "string" && /^\d{1,18}$/.test(value) ? BigInt(value) : 0n;
}
