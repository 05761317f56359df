import { createMiddleware } from "hono/factory";
import { fail, failure } from "../../errors.ts";
import type { AppEnv } from "../context.ts";
import { findJsonHazard } from "../json/scan.ts";
import { jsonPointer } from "../json/pointer.ts";
import type { RouteTable } from "../route-table.ts";

/** The most bytes that a body may have: 8 MiB. */
export const bodyLimitBytes = 8_388_608;

const withBody = new Set(["POST", "PUT", "PATCH"]);
const jsonType = /^application\/(?:[\w.-]+\+)?json$/;
const jsonOnly = ["application/json"];

/**
 * Reads the body of POST, PUT and PATCH: content type, size, JSON, in this order. Leaves the parsed
 * value on the context and for the schemas. A route that declares another media type (a CSV import)
 * gets its body unread, as a stream.
 */
export function jsonBody(table: () => RouteTable) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const { method } = c.req;
    if (!withBody.has(method)) return next();
    const declared = table()
      .at(c.req.path)
      .find((entry) => entry.method === method)?.body;
    const accepted = declared?.types ?? jsonOnly;
    const given = c.req.header("content-type");
    const essence = mediaType(given);
    if (!accepted.some((type) => jsonType.test(type))) {
      if (essence === null || !accepted.includes(essence)) {
        fail("unsupported_media_type", { given: given ?? null, accepted });
      }
      return next();
    }
    if (given !== undefined && (essence === null || !jsonType.test(essence))) {
      fail("unsupported_media_type", { given, accepted: jsonOnly });
    }
    const encoding = c.req.header("content-encoding");
    if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
      fail("content_encoding_unsupported", { given: encoding });
    }
    const bytes = await readLimited(c.req.raw, bodyLimitBytes);
    if (bytes.byteLength > 0 && given === undefined) {
      fail("unsupported_media_type", { given: null, accepted: jsonOnly });
    }
    if (bytes.byteLength === 0) {
      if (declared?.required === true) {
        fail("body_not_json", { reason: "it is empty", position: null });
      }
      // A schema's own look for a body finds that there is none, in a stream that is read; one that may
      // be left out has no members then, whatever type was announced.
      c.req.arrayBuffer = () => Promise.resolve(new ArrayBuffer(0));
      c.req.json = () => Promise.resolve({} as never);
      return next();
    }
    const body = parseJson(bytes);
    if (declared == null) refuseContent(body);
    c.set("body", body);
    // The schemas ask the request for its JSON: give them what is parsed, not a second parse.
    c.req.json = () => Promise.resolve(body as never);
    return next();
  });
}

/** Type and subtype in lower case; null when there is none or its charset is not UTF-8. */
function mediaType(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [essence, ...parameters] = header.split(";").map((part) => part.trim());
  for (const parameter of parameters) {
    const match = /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter);
    if (match?.[1] !== undefined && !/^utf-?8$/i.test(match[1])) return null;
  }
  return essence === undefined || essence === "" ? null : essence.toLowerCase();
}

/**
 * The bytes of the body, counted as they come: a Content-Length over the limit is refused unread, and
 * a body without one as soon as it goes over.
 */
async function readLimited(request: Request, limit: number): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  const announced = Number(length ?? "0");
  if (announced > limit) return tooLarge(limit);
  if (request.body === null) return new Uint8Array(0);
  if (length !== null && announced <= limit) {
    // HTTP holds it to that length, and reading it at once is cheaper.
    const bytes = new Uint8Array(await request.arrayBuffer().catch(brokenOff));
    return bytes.byteLength > limit ? tooLarge(limit) : bytes;
  }
  // A body is a stream of bytes; the type does not say so.
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return tooLarge(limit);
    }
    chunks.push(value);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** What reading rejects with when the caller goes away in the middle, or breaks its own framing. */
function brokenOff(cause: unknown): never {
  throw failure("body_broken_off", {}, { cause });
}

function tooLarge(limit: number): never {
  return fail("body_too_large", { limit_bytes: limit });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return fail("body_not_json", { reason: "it is not valid UTF-8", position: null });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail("body_not_json", {
      reason: text.trim() === "" ? "it is empty" : "it is not valid JSON",
      position: positionOf(error),
    });
  }
  const hazard = findJsonHazard(text);
  if (hazard === null) return value;
  switch (hazard.kind) {
    case "key_repeated":
      return fail("body_key_repeated", { key: hazard.key }, { pointer: hazard.pointer });
    case "too_deep":
      return fail("body_too_deep", { limit: hazard.limit });
    case "key_forbidden":
      return invalid(hazard.pointer, `${hazard.key} cannot be the name of a field. Rename it.`);
    case "text_unusable":
      return invalid(hazard.pointer, `The text ${hazard.reason}`);
  }
}

function invalid(pointer: string, detail: string): never {
  return fail("request_invalid", { problems: 1 }, { errors: [{ pointer, detail }] });
}

/** V8 says "at position 17" or nothing. */
function positionOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const match = /at position (\d+)/.exec(error.message);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** A call that takes no body takes an empty object as well, and nothing else. */
function refuseContent(body: unknown): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    invalid("", "This call takes no body. Send none, or an empty object.");
  }
  const errors = Object.keys(body).map((key) => ({
    pointer: jsonPointer([key]),
    detail: "This call takes no fields. Remove it.",
  }));
  if (errors.length > 0) fail("request_invalid", { problems: errors.length }, { errors });
}
