import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { demo } from "../../dev/demo.ts";
import type { Example, Fence, ShownRequest } from "./page.ts";
import { headersOf } from "./page.ts";
import type { DocsService } from "./service.ts";

/** What a request was answered with. */
export interface Actual {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** An answer in the form in which a shown one and a real one are compared. */
interface Comparable {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body: unknown;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const etag = /"[0-9a-f]{16}"/g;
const keyText = /smk_(?:live|test)_[0-9A-Za-z]{28}/g;
const secret = /whsec_[0-9A-Za-z+/]+=*/g;
const receiver = /http:\/\/127\.0\.0\.1:\d+/g;
const sha256 = /\b[0-9a-f]{64}\b/g;
/** When a quota begins anew, in a `RateLimit` field. */
const window = /;t=\d+/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Where the receiver of webhooks is on the pages. */
const shownReceiver = "http://127.0.0.1:9000";

/** Members that tell how fast this machine was, or are of this run's keys. */
const measured = new Set([
  "rate",
  "eta_s",
  "ms",
  "last_four",
  "resets_in_s",
  "duration_ms",
  "average_ms",
  "p50_ms",
  "p95_ms",
  "p99_ms",
  "longest_ms",
  "database_requests",
  "per_hour",
]);

/** A text without what differs from one run to the next. */
function steady(text: string): string {
  return text
    .replaceAll(uuid, "<id>")
    .replaceAll(sha256, "<sha256>")
    .replaceAll(time, "<time>")
    .replaceAll(window, ";t=<seconds>")
    .replaceAll(etag, "<etag>")
    .replaceAll(keyText, "<key>")
    .replaceAll(secret, "<secret>")
    .replaceAll(receiver, "<receiver>");
}

/** A JSON value with what differs from one run to the next replaced. */
function steadyJson(value: unknown, member = ""): unknown {
  if (measured.has(member)) return "<measured>";
  if (typeof value === "string") return member === "next_cursor" ? "<cursor>" : steady(value);
  if (Array.isArray(value)) return value.map((element) => steadyJson(element));
  if (typeof value !== "object" || value === null) return value;
  // How far a job has come is a matter of the moment unless it is done.
  const moving =
    "status" in value && ["queued", "running", "cancelled"].includes(String(value.status));
  const entries = Object.entries(value).map(([name, inner]) => {
    const shown =
      moving && name === "items" && Array.isArray(inner) ? inner.map(withoutDone) : inner;
    return [name, moving && name === "done" ? "<moving>" : steadyJson(shown, name)];
  });
  return Object.fromEntries(entries);
}

function withoutDone(item: unknown): unknown {
  return typeof item === "object" && item !== null ? { ...item, done: "<moving>" } : item;
}

/** Sends the requests of a page in order, with ids of this run in place of those that it shows. */
export class PageRun {
  readonly #service: DocsService;
  readonly #key: string;
  readonly #replaced = new Map<string, string>();

  constructor(service: DocsService, key: string) {
    this.#service = service;
    this.#key = key;
    // What a page calls with out of the box is the key of this run's tenant.
    this.#replaced.set(demo.key, key);
    this.#replaced.set(shownReceiver, service.receiver);
  }

  /**
   * Sends the request; asks again while a job or a delivery that the page shows as finished is not, and for
   * figures, which come some time after what they tell of.
   */
  async answer({ request, answer }: Example): Promise<Actual> {
    const finished =
      answer !== undefined && /"status": "(done|cancelled|failed|delivered)"/.test(answer.text);
    const tellsFigures = request.path.startsWith("/v1/stats");
    if (request.path.startsWith("/v1/alerts")) await this.#service.watch();
    for (let tries = 0; ; tries += 1) {
      const actual = await this.#send(request);
      const waits = tellsFigures
        ? answer !== undefined && !isDeepStrictEqual(actualFor(answer, actual), shownAs(answer))
        : finished && /"status":"(queued|running|pending)"/.test(actual.text);
      if (!waits || request.method !== "GET" || tries === 300) {
        if (answer !== undefined) this.#learn(answer.text, actual);
        return actual;
      }
      await sleep(100);
    }
  }

  async #send({ method, path, headers, body }: ShownRequest): Promise<Actual> {
    const response = await fetch(this.#service.url + this.#here(path), {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        authorization: `Bearer ${this.#key}`,
        ...Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, this.#here(value)]),
        ),
      },
      ...(body === undefined ? {} : { body: this.#here(body) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  #here(text: string): string {
    let here = text;
    for (const [shown, actual] of this.#replaced) here = here.replaceAll(shown, actual);
    return here;
  }

  /** Ids, versions, cursors, keys and digests that later requests of the page may name. */
  #learn(shown: string, actual: Actual): void {
    const all = `${actual.headers.get("location")}\n${actual.headers.get("etag")}\n${actual.text}`;
    for (const pattern of [uuid, etag, keyText, sha256, /(?<="next_cursor": ?")[^"]+/g]) {
      const before = [...new Set(shown.match(pattern) ?? [])];
      const after = [...new Set(all.match(pattern) ?? [])];
      before.forEach((id, index) => this.#replaced.set(id, after[index] ?? id));
    }
  }
}

/** The shown answer, to be compared with `actualFor` of the same block. */
export function shownAs({ language, text }: Fence): Comparable {
  if (language === "json") return { body: steadyJson(JSON.parse(text)) };
  if (language !== "http") return { body: steady(text) };
  const [head = "", ...rest] = text.split("\n\n");
  const [first = "", ...lines] = head.trimEnd().split("\n");
  const headers = Object.entries(headersOf(lines)).map(([name, value]) => [name, steady(value)]);
  const body = rest.join("\n\n").trim();
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body === "" ? undefined : steadyJson(JSON.parse(body)),
  };
}

/** As much of a real answer as the block shows: of a stream the first lines, of the headers those named. */
export function actualFor({ language, text }: Fence, actual: Actual): Comparable {
  if (language === "json") return { body: steadyJson(JSON.parse(actual.text)) };
  if (language !== "http") {
    const lines = actual.text.replaceAll("\r\n", "\n").split("\n");
    return { body: steady(`${lines.slice(0, text.split("\n").length - 1).join("\n")}\n`) };
  }
  const [head = "", ...rest] = text.split("\n\n");
  const names = Object.keys(headersOf(head.trimEnd().split("\n").slice(1)));
  const headers = names.map((name) => {
    const value = actual.headers.get(name);
    return [name, value === null ? null : steady(value)];
  });
  const shows = rest.join("").trim() !== "" && actual.text !== "";
  return {
    status: actual.status,
    headers: Object.fromEntries(headers) as Record<string, string | null>,
    body: shows ? steadyJson(JSON.parse(actual.text)) : undefined,
  };
}
