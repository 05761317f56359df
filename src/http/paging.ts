import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { fail } from "../errors.ts";
import type { AppEnv } from "./context.ts";
import type { ListIdentity } from "./cursor.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ListFormat, Listing } from "../domain/lists/listing.ts";
import { describeError, logError } from "./log.ts";
import { streamedRows, streamListing } from "./stream.ts";
import type { PageQuery } from "./wire.ts";

const mediaTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv",
} as const satisfies Record<ListFormat, string>;

const formats: Readonly<Record<string, ListFormat>> = {
  [mediaTypes.json]: "json",
  [mediaTypes.ndjson]: "ndjson",
  [mediaTypes.csv]: "csv",
};

/** The form that the caller prefers by `Accept` with its quality values; JSON when it says nothing. */
export function acceptedFormat(c: Context<AppEnv>): ListFormat {
  const type = accepts(c, {
    header: "Accept",
    supports: Object.values(mediaTypes),
    default: mediaTypes.json,
  });
  return formats[type] ?? "json";
}

/** Where a page or stream begins: behind a place, and behind `skip` rows after it. */
interface Beginning {
  readonly place: string | null;
  readonly skip: number;
}

/**
 * Reads `cursor`: what `next_cursor` or `Stream-Cursor` said, and behind a dot the rows of a broken
 * stream that arrived whole. Fails: cursor_unusable.
 */
async function beginningOf(list: ListIdentity, cursor: string | undefined): Promise<Beginning> {
  if (cursor === undefined) return { place: null, skip: 0 };
  const [, opaque = cursor, rows = "0"] = /^([^.]*)\.(\d{1,9})$/.exec(cursor) ?? [];
  const place = await readCursor(list, opaque);
  return { place: place === "" ? null : place, skip: Number(rows) };
}

/**
 * Answers a list: a page as JSON with `has_more` and `next_cursor`, or everything that matches as an
 * NDJSON or CSV stream. The rows' text is passed on as the database wrote it. A stream's
 * `Stream-Cursor`, a dot and the number of rows that arrived make the cursor that goes on with it. `beside` are further
 * members of a page.
 */
export async function answerList(
  c: Context<AppEnv>,
  list: ListIdentity,
  listing: Listing,
  query: PageQuery,
  beside: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { place, skip } = await beginningOf(list, query.cursor);
  const format = acceptedFormat(c);
  if (format === "json") {
    const page = await listing.page({ after: place, skip, limit: query.limit, format, raw: false });
    c.set("rows", page.rows);
    const cursor = page.next === null ? null : await writeCursor(list, page.next);
    const others = JSON.stringify({ has_more: cursor !== null, next_cursor: cursor, ...beside });
    const text = `{"data":[${page.text}],${others.slice(1)}`;
    return new Response(text, {
      headers: { "content-type": mediaTypes.json, vary: "Accept" },
    });
  }
  refuseLimit(c);
  const begins = query.cursor === undefined;
  const stream = await streamListing({
    listing,
    format,
    raw: query.raw,
    // A stream that goes on from a cursor is appended to what came before, which has the header.
    before: format === "csv" && begins ? csvHeader(listing) : "",
    after: "",
    from: place,
    skip,
    rows: streamedRows,
    onFailure: (error) => logBroken(c, error),
  });
  const headers = streamHeaders(format, list.name, begins);
  // Rows are counted from one cursor on: a stream that goes on with another keeps the first one's.
  if (skip === 0) headers.set("stream-cursor", await writeCursor(list, place ?? ""));
  return new Response(stream, { headers });
}

/** How the names of a reservation are answered. */
export interface NamesAnswer {
  /** A JSON object as text, such as the reservation; `names` becomes its last member. */
  readonly object: string;
  /** The names: in json a page's text is JSON strings joined by commas. */
  readonly listing: Listing;
  /** The file's name for csv and ndjson, without its ending. */
  readonly file: string;
  /** true: JSON whatever `Accept` says, as for a reservation that includes its names. */
  readonly jsonOnly?: boolean;
  readonly raw?: boolean;
  /** Names of a page, 2,000 when left out. */
  readonly rows?: number;
  /** 200 when left out. */
  readonly status?: number;
  /** Headers beside the content type, such as Location. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with all names of a reservation, streamed: `{..., "names": [...]}`, NDJSON or CSV. */
export async function answerNames(c: Context<AppEnv>, names: NamesAnswer): Promise<Response> {
  const format = names.jsonOnly === true ? "json" : acceptedFormat(c);
  const stream = await streamListing({
    listing: names.listing,
    format,
    raw: names.raw ?? false,
    before:
      format === "json"
        ? openedForNames(names.object)
        : format === "csv"
          ? csvHeader(names.listing)
          : "",
    after: format === "json" ? "]}" : "",
    from: null,
    skip: 0,
    rows: names.rows ?? streamedRows,
    onFailure: (error) => logBroken(c, error),
  });
  const headers = streamHeaders(format, names.file, true);
  for (const [name, value] of Object.entries(names.headers ?? {})) headers.set(name, value);
  return new Response(stream, { status: names.status ?? 200, headers });
}

/** `{"id":"x"}` becomes `{"id":"x","names":[`. */
function openedForNames(object: string): string {
  const open = object.trimEnd().replace(/\}$/, "").trimEnd();
  return `${open}${open.endsWith("{") ? "" : ","}"names":[`;
}

function csvHeader(listing: Listing): string {
  return `${listing.columns.join(",")}\r\n`;
}

function streamHeaders(format: ListFormat, file: string, whole: boolean): Headers {
  const headers = new Headers({ vary: "Accept" });
  if (format === "csv") {
    headers.set("content-type", `text/csv; charset=utf-8; header=${whole ? "present" : "absent"}`);
  } else headers.set("content-type", mediaTypes[format]);
  if (format !== "json") {
    const name = file.replace(/[^A-Za-z0-9._-]/g, "_");
    headers.set("content-disposition", `attachment; filename="${name}.${format}"`);
  }
  return headers;
}

function refuseLimit(c: Context<AppEnv>): void {
  if (c.req.query("limit") === undefined) return;
  const detail =
    "limit sets the rows of a JSON page; a stream gives everything that matches. Leave it out.";
  fail(
    "request_invalid",
    { problems: 1 },
    { errors: [{ parameter: "limit", in: "query", detail }] },
  );
}

function logBroken(c: Context<AppEnv>, error: unknown): void {
  logError({ request_id: c.get("requestId"), code: "stream_broken", ...describeError(error) });
}
