import { describe, expect, test } from "vitest";
import { readCursor, writeCursor } from "../../src/http/cursor.ts";
import type { Listing } from "../../src/domain/lists/listing.ts";
import { streamListing } from "../../src/http/stream.ts";
import { bindings, exampleApp, numbers, testKey } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

const headers = { authorization: `Bearer ${testKey}` };

function ask(listing: Listing, query = "", accept?: string, path = "/v1/things") {
  const all = accept === undefined ? headers : { ...headers, accept };
  return exampleApp(listing).request(`${path}${query}`, { headers: all }, bindings);
}

async function typeFor(accept: string): Promise<string | undefined> {
  return (await ask(numbers(1), "", accept)).headers.get("content-type")?.split(";")[0];
}

interface Page {
  readonly data: readonly { readonly number: string }[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

describe("pages", () => {
  test("follow each other by cursor until the end", async () => {
    const first = await (await ask(numbers(5), "?limit=2")).json<Page>();
    expect(first).toMatchObject({ data: [{ number: "1" }, { number: "2" }], has_more: true });
    const second = await (
      await ask(numbers(5), `?limit=2&cursor=${first.next_cursor}`)
    ).json<Page>();
    expect(second.data).toEqual([{ number: "3" }, { number: "4" }]);
    const third = await (
      await ask(numbers(5), `?limit=2&cursor=${second.next_cursor}`)
    ).json<Page>();
    expect(third).toEqual({ data: [{ number: "5" }], has_more: false, next_cursor: null });
  });

  test("an empty list is an empty page", async () => {
    expect(await (await ask(numbers(0))).json()).toEqual({
      data: [],
      has_more: false,
      next_cursor: null,
    });
  });

  test("have 100 rows without a limit", async () => {
    expect((await (await ask(numbers(150))).json<Page>()).data).toHaveLength(100);
  });
});

describe("cursors", () => {
  const list = { name: "things", filters: { prefix: "a" } };

  test("keep any position and are safe in a query", async () => {
    const cursor = await writeCursor(list, "ü/ \u{1F600}|9223372036854775807");
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(await readCursor(list, cursor)).toBe("ü/ \u{1F600}|9223372036854775807");
  });

  test("of another list, with other filters, or garbage are refused", async () => {
    const bad = [
      await writeCursor({ ...list, name: "lots" }, "2"),
      await writeCursor({ ...list, filters: { prefix: "b" } }, "2"),
      "garbage",
      "!",
      "",
      btoa("[1]"),
      btoa('{"length":4}'),
      btoa('[2,"things","x","2"]'),
      "W10",
    ];
    for (const cursor of bad) {
      const response = await ask(numbers(5), `?prefix=a&cursor=${encodeURIComponent(cursor)}`);
      await expectProblem(response, 400, "cursor_unusable");
    }
    const good = await writeCursor(list, "2");
    expect((await ask(numbers(5), `?prefix=a&cursor=${good}`)).status).toBe(200);
    await expectProblem(await ask(numbers(5), `?cursor=${good}`), 400, "cursor_unusable");
  });
});

describe("streams", () => {
  test("NDJSON has every row, page by page", async () => {
    const listing = numbers(4100);
    const response = await ask(listing, "", "application/x-ndjson");
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines).toHaveLength(4100);
    expect(lines[4099]).toBe('{"number":"4100"}');
    expect(listing.asked).toEqual(["start", "2000", "4000"]);
  });

  test("CSV has a header line and CRLF", async () => {
    const response = await ask(numbers(2), "", "text/csv");
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="things.csv"');
    expect(await response.text()).toBe("number,name\r\n1,N-1\r\n2,N-2\r\n");
    expect(await (await ask(numbers(0), "", "text/csv")).text()).toBe("number,name\r\n");
  });

  test("a cursor goes on behind it, without the header line again", async () => {
    const cursor = await writeCursor({ name: "things", filters: {} }, "3");
    const response = await ask(numbers(5), `?cursor=${cursor}`, "text/csv");
    expect(response.headers.get("content-type")).toContain("header=absent");
    expect(await response.text()).toBe("4,N-4\r\n5,N-5\r\n");
  });

  test("limit is for pages", async () => {
    await expectProblem(await ask(numbers(5), "?limit=2", "text/csv"), 422, "request_invalid");
  });

  test("Accept is weighed by its quality values", async () => {
    expect(await typeFor("*/*")).toBe("application/json");
    expect(await typeFor("text/html")).toBe("application/json");
    expect(await typeFor("application/json;q=0.5, text/csv")).toBe("text/csv");
    expect(await typeFor("text/csv;q=0.5, application/json;q=0.9")).toBe("application/json");
    expect(await typeFor("text/csv;q=0.1, application/x-ndjson;q=0.2")).toBe(
      "application/x-ndjson",
    );
  });

  test("a failure of the first page is an answer, a later one breaks the stream", async () => {
    const broken: Listing = { columns: [], page: () => Promise.reject(new Error("down")) };
    await expectProblem(await ask(broken, "", "text/csv"), 500, "internal_error");

    const response = await ask(numbers(5000, "2000"), "", "application/x-ndjson");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test("reads a page only when it is asked for, and stops when it is cancelled", async () => {
    const listing = numbers(1000);
    const stream = await streamListing({
      listing,
      format: "ndjson",
      raw: false,
      before: "",
      after: "",
      from: null,
      skip: 0,
      rows: 10,
      onFailure: () => {},
    });
    expect(listing.asked).toEqual(["start"]);
    const reader = stream.getReader();
    await reader.read();
    expect(listing.asked).toEqual(["start"]);
    await reader.read();
    expect(listing.asked).toEqual(["start", "10"]);
    await reader.cancel();
    await Promise.resolve();
    expect(listing.asked).toEqual(["start", "10"]);
  });
});

describe("names", () => {
  const path = "/v1/things/a/names";

  test("end the JSON object that they belong to", async () => {
    const text = await (await ask(numbers(5), "", undefined, path)).text();
    expect(JSON.parse(text)).toEqual({
      id: "x",
      names: ["1", "2", "3", "4", "5"].map((number) => ({ number })),
    });
    expect(await (await ask(numbers(0), "", undefined, path)).text()).toBe('{"id":"x","names":[]}');
  });

  test("stream as CSV and NDJSON too", async () => {
    const csv = await (await ask(numbers(3), "", "text/csv", path)).text();
    expect(csv).toBe("number,name\r\n1,N-1\r\n2,N-2\r\n3,N-3\r\n");
    const lines = await (await ask(numbers(3), "", "application/x-ndjson", path)).text();
    expect(lines.split("\n")).toHaveLength(4);
  });
});
