import { beforeAll, afterAll, describe, expect, test } from "vitest";

import { spanOf } from "../../src/domain/figures/grain.ts";
import { ok, refused, rowsInPages } from "../api/contract.ts";
import { createService } from "../harness/service.ts";
import type { Service } from "../harness/service.ts";
import { stats } from "./figures.ts";

describe("lists of figures", () => {
  let service: Service;

  beforeAll(async () => {
    service = await createService();
    // Of 3 minutes, each with 4 sequences: n numbers in the nth minute.
    await service.database.query(
      `insert into number_figures (tenant, grain, at, sequence, series, reservations, reserved, voided, skipped, fenced, reopened)
       select $1, 'minute', timestamptz '2026-11-30T10:00:00Z' + m * interval '1 minute', s, p, 1, m, 0, 0, 0, 0
       from generate_series(1, 3) m, unnest('{a,b,c,d}'::text[]) s, unnest('{2025,2026}'::text[]) p`,
      [service.tenant],
    );
    await ok(service, "PUT", "/v1/sequences/a", { pattern: "A-{0}" });
    await ok(service, "PUT", "/v1/sequences/b", { pattern: "B-{0}" });
    await ok(service, "PUT", "/v1/products/p", { tracking: "lot" });
  });
  afterAll(() => service.close());

  const span = "from=2026-11-30T10:01:30Z&to=2026-11-30T10:03:00Z&by=sequence";

  test("have what lies between, from the minute in which the time lies on, series together", async () => {
    const rows = await stats(service, span);
    expect(rows.map(({ at, subject, numbers }) => [at.slice(11, 16), subject, numbers])).toEqual([
      ["10:01", "a", "2"],
      ["10:01", "b", "2"],
      ["10:01", "c", "2"],
      ["10:01", "d", "2"],
      ["10:02", "a", "4"],
      ["10:02", "b", "4"],
      ["10:02", "c", "4"],
      ["10:02", "d", "4"],
    ]);
  });

  test("come page by page, as NDJSON and as CSV", async () => {
    const rows = await stats(service, span);
    expect(await rowsInPages(service, `/v1/stats?${span}&limit=3`)).toEqual(rows);
    const lines = await service.call("GET", `/v1/stats?${span}`, {
      headers: { accept: "application/x-ndjson" },
    });
    expect(
      lines.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
    const csv = await service.call("GET", `/v1/stats?${span}&subject=a`, {
      headers: { accept: "text/csv" },
    });
    expect(csv.text.split("\r\n")).toEqual([
      "at,subject,calls,refused,failed,slow,size,average_ms,p50_ms,p95_ms,p99_ms,longest_ms,database_requests,reservations,numbers,voided,skipped,fenced,reopened,lots",
      "2026-11-30T10:01:00.000Z,a,0,0,0,0,0,,,,,,0,2,2,0,0,0,0,",
      "2026-11-30T10:02:00.000Z,a,0,0,0,0,0,,,,,,0,2,4,0,0,0,0,",
      "",
    ]);
    await refused(service, [400, "cursor_unusable"], "GET", `/v1/stats?${span}&cursor=abc`);
  });

  test("say their grain and up to when they are whole", async () => {
    await service.database.query(
      "insert into figures_until (tenant, until) values ('-', '2026-11-30T10:03:59.999Z')",
    );
    const page = await ok(service, "GET", `/v1/stats?${span}`);
    expect([page.grain, page.until]).toEqual(["minute", "2026-11-30T10:03:59.999Z"]);
    expect((await ok(service, "GET", `/v1/stats?${span}&grain=day`)).data).toEqual([]);
  });

  test("refuse a span that is none", async () => {
    const query = "from=2026-11-30T10:00:00Z&to=2026-11-30T11:00:00%2B01:00";
    const problem = await refused(service, [422, "request_invalid"], "GET", `/v1/stats?${query}`);
    expect(problem.errors).toMatchObject([{ parameter: "to", in: "query" }]);
  });

  test("show a key that is limited what it is limited to, and no more", async () => {
    const keyFor = async (limits: object) => {
      const scopes = ["lots:read", "sequences:write"];
      return (await ok(service, "POST", "/v1/api-keys", { name: "k", scopes, ...limits })).key;
    };
    const status = async (key: string, query: string) =>
      (await service.call("GET", `/v1/stats?${query}`, { key })).status;
    const ofA = await keyFor({ sequences: ["a"] });
    const ofP = await keyFor({ products: ["p"] });
    const asked = [
      "by=sequence&subject=a",
      "by=sequence&subject=b",
      "by=sequence",
      "by=operation",
      "by=tenant",
    ];
    const answers = await Promise.all(asked.map((query) => status(ofA, query)));
    expect(answers).toEqual([200, 403, 403, 403, 403]);
    expect(await status(ofP, "by=product&subject=p")).toBe(200);
    expect(await status(ofP, "by=product")).toBe(403);
    expect(await status(ofP, "by=sequence&subject=a")).toBe(403);
    expect((await service.call("GET", "/v1/stats/calls", { key: ofA })).status).toBe(403);
  });
});

test("without a span it is the last day by the hour, and a grain fits the span", () => {
  const now = Date.parse("2026-12-01T10:00:00Z");
  const of = (from?: string, to?: string, grain?: "minute" | "hour" | "day") =>
    Object.values(spanOf({ from, to, grain }, now));
  expect(of()).toEqual(["2026-11-30T10:00:00.001Z", "2026-12-01T10:00:00.001Z", "hour"]);
  expect(of(undefined, undefined, "minute")[0]).toBe("2026-12-01T09:00:00.001Z");
  expect(of(undefined, undefined, "day")[0]).toBe("2026-11-01T10:00:00.001Z");
  expect(of("2026-12-01T04:00:00Z", "2026-12-01T10:00:00Z")[2]).toBe("minute");
  expect(of("2026-12-01T03:59:59Z", "2026-12-01T10:00:00Z")[2]).toBe("hour");
  expect(of("2026-11-17T10:00:00Z", "2026-12-01T10:00:00Z")[2]).toBe("hour");
  expect(of("2026-11-17T09:00:00Z", "2026-12-01T10:00:00Z")[2]).toBe("day");
});

test("a share of calls is estimated between the bounds of the histogram", async () => {
  const service = await createService();
  const quantile = async (histogram: number[], longest: number, share: number) => {
    const [row] = await service.database.query<{ found: number | null }>(
      "select quantile_of($1::bigint[], $2, $3) as found",
      [histogram, longest, share],
    );
    return row?.found;
  };
  const histogram = [0, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  // The tenth of twenty is the last of those between 5 and 10 ms, the fifteenth in the middle of 10 to 25.
  expect(await quantile(histogram, 25, 0.5)).toBe(10);
  expect(await quantile(histogram, 25, 0.75)).toBe(17.5);
  expect(await quantile(histogram, 25, 1)).toBe(25);
  // None took longer than the longest, in a bound or beyond the last.
  expect(await quantile(histogram, 20, 0.75)).toBe(15);
  expect(await quantile([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4], 14_000, 0.5)).toBe(12_000);
  expect(await quantile([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, 0.5)).toBeNull();
  const [over] = await service.database.query(
    "select calls_over('{1,1,1,1,1,1,1,1,1,1,1,1}', 1000) as over, (call_bounds())[8] as bound",
  );
  expect(over).toEqual({ over: "4", bound: 1000 });
  await service.close();
});
