import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { inParallel } from "../store/service.ts";
import { call, ok, refused, state } from "./contract.ts";

let service: Service;
let key = "";
let tenant = "";

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());
beforeEach(async () => {
  ({ key, tenant } = await service.createTenant());
});

const put = (path: string, body: object) => ok(service, "PUT", path, body, { key });
const post = (path: string, body: object) => ok(service, "POST", path, body, { key });
const refusePut = (path: string, body: object) =>
  refused(service, [409, "pattern_overlap"], "PUT", path, { key, body });

const sequence = (name: string, pattern: string, more: object = {}) =>
  put(`/v1/sequences/${name}`, { pattern, ...more });
const at = "2026-11-24";
const next = async (series: string, more: object = {}): Promise<string[]> =>
  (await post("/v1/naming-series/next", { series, at, ...more })).names;
const refuseNext = (series: string, more: object = {}, code = "pattern_overlap") =>
  refused(service, [409, code], "POST", "/v1/naming-series/next", {
    key,
    body: { series, at, ...more },
  });

/** Every pattern that is bound, each with whether it may overlap. */
async function bound(): Promise<[string, boolean][]> {
  const rows = await service.database.query<{ pattern: string; allow_overlap: boolean }>(
    `select pattern, allow_overlap from past_patterns
     where tenant = $1 and sequence = 'naming-series' order by pattern`,
    [tenant],
  );
  return rows.map(({ pattern, allow_overlap }) => [pattern, allow_overlap]);
}

describe("a pattern that comes with a request", () => {
  test("is refused when a sequence can give a name of it, and leaves nothing behind", async () => {
    await sequence("invoices", "INV-{YYYY}-{00000}", { reset: "yearly" });
    await next("OTHER-.##");
    const before = await state(service, tenant);
    const problem = await refuseNext("INV-.YYYY.-.#####");
    expect(problem).toMatchObject({
      sequence: "naming-series",
      other_sequence: "invoices",
      given_by: [{ number: "1" }, { number: "1" }],
      errors: [{ pointer: "/series" }],
    });
    expect(problem.name).toMatch(/^INV-\d{4}-00001$/);
    expect(await state(service, tenant)).toEqual(before);
    expect(await bound()).toEqual([["OTHER-.##", false]]);
    // Told apart by its text it is not.
    expect(await next("SINV-.YYYY.-.#####")).toEqual(["SINV-2026-00001"]);
  });

  test("refuses a sequence that comes later, which is told its text", async () => {
    await next("INV-.YYYY.-.#####");
    const problem = await refusePut("/v1/sequences/invoices", { pattern: "INV-{YYYY}-{00000}" });
    expect(problem).toMatchObject({
      other_sequence: "naming-series",
      other_series: "INV-.YYYY.-.#####",
    });
    expect(problem.detail).toContain('of naming series "INV-.YYYY.-.#####"');
    await sequence("invoices", "INV/{YYYY}/{00000}");
    // A sequence that counts in the same series gives no number twice.
    await sequence("by-key", "INV-.YYYY.-.####", { dialect: "frappe" });
  });

  test("is held against an earlier pattern of a sequence, and against one in its own series", async () => {
    await sequence("a", "OLD-{0000}");
    await post("/v1/sequences/a/reservations", { count: 5 });
    await sequence("a", "NEW-{0000}");
    expect(await refuseNext("OLD-.####")).toMatchObject({ other_sequence: "a", name: "OLD-0001" });
    await sequence("g", "G-.####", { dialect: "frappe", mode: "gapless" });
    expect(await refuseNext("G-.##")).toMatchObject({ other_sequence: "g", name: "G-1000" });
  });

  test("is held against others that came so, but for names that are one number of one series", async () => {
    expect(await next("A-.##")).toEqual(["A-01"]);
    expect(await next("A-.####")).toEqual(["A-0002"]);
    expect(await next("{letter}.-.###", { fields: { letter: "A" } })).toEqual(["A-003"]);
    const problem = await refuseNext("A-1.##");
    expect(problem).toMatchObject({ sequence: "naming-series", other_sequence: "naming-series" });
    expect(problem.detail).toContain(`of naming series ${JSON.stringify(problem.other_series)}`);
    expect(problem.detail).toContain("set allow_overlap");
    const [one, other] = problem.given_by;
    expect(one.number).not.toBe(other.number);
  });

  test("with another fiscal year is another pattern", async () => {
    const fiscal = { fiscal_year_start: "06-01" };
    expect(await next("FY.-.##")).toEqual(["2026-01"]);
    expect(await next("F.FY.-.##", fiscal)).toEqual(["F2026-2027-01"]);
    expect(await next("F.FY.-.##", { ...fiscal, at: "2026-05-31" })).toEqual(["F2025-2026-01"]);
    expect(await next("F.FY.-.##")).toEqual(["F2026-01"]);
    const rows = await service.database.query(
      `select fiscal_year_start from past_patterns
       where tenant = $1 and pattern = 'F.FY.-.##' order by fiscal_year_start`,
      [tenant],
    );
    expect(rows).toEqual([{ fiscal_year_start: "01-01" }, { fiscal_year_start: "06-01" }]);
    // FY2026-2027 is a name of the one only.
    await refusePut("/v1/sequences/f", { pattern: "F2026-2027-{00}" });
    await refused(service, [422, "fiscal_year_start_malformed"], "POST", "/v1/naming-series/next", {
      key,
      body: { series: "X-.##", fiscal_year_start: "13-01" },
    });
  });
});

describe("allow_overlap", () => {
  test("binds without refusing, and is asked for again", async () => {
    await sequence("a", "X-{0000}");
    await refuseNext("X-.####");
    expect(await next("X-.####", { allow_overlap: true })).toEqual(["X-0001"]);
    expect(await next("X-.####", { allow_overlap: true })).toEqual(["X-0002"]);
    await refuseNext("X-.####");
    expect(await bound()).toEqual([["X-.####", true]]);
    // What others allow needs no leave of its own.
    await sequence("a", "X-{0000}", { allow_overlap: true });
    expect(await next("X-.####")).toEqual(["X-0003"]);
    expect(await bound()).toEqual([["X-.####", false]]);
    // From then on it allows none.
    await refusePut("/v1/sequences/a", { pattern: "X-{0000}" });
    expect(await next("X-.####", { allow_overlap: true })).toEqual(["X-0004"]);
  });

  test("lets a sequence be saved that gives the same names", async () => {
    await next("Y-.####", { allow_overlap: true });
    // Read anew, as by another isolate.
    await service.database.query(
      "update settings set pattern_epoch = pattern_epoch + 1 where tenant = $1",
      [tenant],
    );
    await sequence("y", "Y-{0000}");
    await sequence("y", "Y-{0000}", { hot: true });
  });

  test("does not let a product take names of both, as far as it is bound", async () => {
    const { reservation } = await post("/v1/naming-series/next", {
      series: "Z-.####",
      allow_overlap: true,
    });
    await sequence("z", "Z-{0000}");
    await sequence("own", "OWN-{0000}");
    await sequence("shared", "S-.####", { dialect: "frappe" });
    await put("/v1/products/P", { tracking: "serial", sequence: "own" });
    await post("/v1/lots", { items: [{ product: "P", reservation }] });
    const problem = await refused(service, [409, "pattern_shared"], "PUT", "/v1/products/P", {
      key,
      body: { tracking: "serial", sequence: "z" },
    });
    expect(problem).toMatchObject({ sequence: "z", other_sequence: "naming-series" });
    // Names of a sequence that counts in the same series are none of those.
    await put("/v1/products/Q", { tracking: "serial", sequence: "shared" });
    await post("/v1/lots", { items: [{ product: "Q", count: 2 }] });
    await put("/v1/products/Q", { tracking: "serial", sequence: "z" });
  });
});

describe("at once", () => {
  test("32 times a sequence is saved and its pattern used: never both", async () => {
    for (let tries = 0; tries < 32; tries += 1) {
      const [saved, drawn] = await Promise.all([
        call(service, "PUT", `/v1/sequences/s${tries}`, {
          key,
          body: { pattern: `R${tries}-{0000}` },
        }),
        call(service, "POST", "/v1/naming-series/next", {
          key,
          body: { series: `R${tries}-.####` },
        }),
      ]);
      const statuses = new Set([saved.status, drawn.status]);
      expect(statuses, `${saved.text} ${drawn.text}`).toEqual(new Set([201, 409]));
    }
  });

  test("32 callers save one new sequence, and one of them makes it", async () => {
    for (let round = 0; round < 5; round += 1) {
      const made: number[] = [];
      await inParallel(32, async (caller) => {
        const { status, text } = await call(service, "PUT", `/v1/sequences/twin${round}`, {
          key,
          body: { pattern: `TWIN${round}-{0000}` },
        });
        expect(status, text).toBeLessThan(300);
        if (status === 201) made.push(caller);
      });
      expect(made).toHaveLength(1);
    }
  });

  test("32 first uses of one pattern give every number once, and it is bound once", async () => {
    const names: string[] = [];
    await inParallel(32, async () => {
      names.push(...(await next("ONE-.####")));
    });
    expect(new Set(names).size).toBe(32);
    expect(await bound()).toEqual([["ONE-.####", false]]);
  });

  test("32 first uses of different patterns all come through", async () => {
    await inParallel(32, async (caller) => {
      expect(await next(`P${caller}-.####`)).toEqual([`P${caller}-0001`]);
    });
    expect(await bound()).toHaveLength(32);
  });
});

/** As a backup does that was made before the pattern came. */
async function forget(pattern: string): Promise<void> {
  await service.database.query("delete from past_patterns where tenant = $1 and pattern = $2", [
    tenant,
    pattern,
  ]);
  await service.database.query(
    `with s as (update settings set pattern_epoch = pattern_epoch - 1 where tenant = $1
                returning pattern_epoch)
     delete from pattern_changes as c using s where c.tenant = $1 and c.epoch > s.pattern_epoch`,
    [tenant],
  );
}

describe("what happens between binding and drawing", () => {
  test("nothing is drawn: the next request goes on", async () => {
    await next("WARM-.##");
    await service.database.query(
      `insert into past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter, first, last)
       values ($1, 'naming-series', 'frappe', 'DEAD-.##', '01-01', 'naming-series', 1, 99)`,
      [tenant],
    );
    expect(await next("DEAD-.##")).toEqual(["DEAD-01"]);
  });

  test("what another isolate binds or saves is seen here", async () => {
    await next("WARM-.##");
    const bindElsewhere = (pattern: string) =>
      service.database.query(
        `with s as (update settings set pattern_epoch = pattern_epoch + 1 where tenant = $1
                    returning pattern_epoch),
              change as (insert into pattern_changes (tenant, epoch, sequences)
                         select $1, pattern_epoch, '{naming-series}' from s)
         insert into past_patterns (tenant, sequence, dialect, pattern, fiscal_year_start, counter,
                                    first, last, bound_epoch)
         select $1, 'naming-series', 'frappe', $2, '01-01', 'naming-series', 1, 99, pattern_epoch from s`,
        [tenant, pattern],
      );
    await bindElsewhere("B-.##");
    await bindElsewhere("C-.##");
    await refusePut("/v1/sequences/b", { pattern: "B-{00}" });
    await refusePut("/v1/sequences/c", { pattern: "C-{00}" });
    await sequence("d", "D-{00}");
    await next("E-.##");
    // What changes without a word of what it was is looked for everywhere.
    await service.database.query(
      "update sequences set pattern = 'F-{00}' where tenant = $1 and key = 'd'",
      [tenant],
    );
    await service.database.query(
      "update settings set pattern_epoch = pattern_epoch + 1 where tenant = $1",
      [tenant],
    );
    await bindElsewhere("G-.##");
    await refuseNext("F-.##");
    await refusePut("/v1/sequences/g", { pattern: "G-{00}" });
    await refusePut("/v1/sequences/e", { pattern: "E-{00}" });
    expect(await next("D-.##")).toEqual(["D-01"]);
  });

  test("a restored backup has forgotten it: it is compared with what is there now", async () => {
    await next("BACK-.##");
    await forget("BACK-.##");
    expect(await next("BACK-.##")).toEqual(["BACK-02"]);
    await forget("BACK-.##");
    await sequence("back", "BACK-{00}");
    await refuseNext("BACK-.##");
  });

  test("a request that came through is answered again whatever became of the pattern", async () => {
    const send = (body: object) =>
      call(service, "POST", "/v1/naming-series/next", { key, body, idempotencyKey: "once" });
    const body = { series: "K-.##", at };
    const first = await send(body);
    expect(first.json.names).toEqual(["K-01"]);
    await service.database.query("delete from past_patterns where tenant = $1", [tenant]);
    await service.database.query(
      "update settings set pattern_epoch = pattern_epoch + 1 where tenant = $1",
      [tenant],
    );
    await sequence("k", "K-{00}");
    await refuseNext("K-.##");
    const again = await send(body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.text).toBe(first.text);
    const other = await send({ ...body, allow_overlap: true });
    expect([other.status, other.json.code]).toEqual([422, "idempotency_key_reused"]);
  });
});

/** Names whose field is written so in the JSON. */
const numbered = (n: string, idempotencyKey = "one-key") =>
  call(service, "POST", "/v1/naming-series/next", {
    key,
    body: `{"series":"N-.{n}.-.##","fields":{"n":${n}}}`,
    idempotencyKey,
  });

describe("fields", () => {
  test("are texts, or whole numbers for their digits", async () => {
    expect(await next("N-.{n}.-.##", { fields: { n: 2026 } })).toEqual(["N-2026-01"]);
    expect(await next("N-.{n}.-.##", { fields: { n: "2026" } })).toEqual(["N-2026-02"]);
    expect(await next("N-.{n}.-.##", { fields: { n: 9007199254740991 } })).toEqual([
      "N-9007199254740991-01",
    ]);
    await sequence("q", "Q{field.n}-{00}");
    const path = "/v1/sequences/q/preview?fields=";
    const preview = (fields: string) =>
      ok(service, "GET", path + encodeURIComponent(fields), undefined, { key });
    expect((await preview('{"n":7}')).names).toEqual((await preview('{"n":"7"}')).names);
    await put("/v1/products/P", { tracking: "serial", sequence: "q" });
    const { items } = await post("/v1/lots", {
      items: [{ product: "P", count: 1, fields: { n: 7 } }],
    });
    expect(items[0].first_name).toBe("Q7-01");
  });

  test("that are the same as text and as number make two requests", async () => {
    expect((await numbered("7")).status).toBe(201);
    expect((await numbered("7")).headers.get("idempotent-replayed")).toBe("true");
    expect((await numbered('"7"')).json.code).toBe("idempotency_key_reused");
  });

  test("are nothing else", async () => {
    const wanted = "fields.n must be a text or a whole number, not";
    for (const [text, shown] of [
      ["1.5", "1.5"],
      ["true", "true"],
      ["null", "null"],
      ["[]", "a list"],
      ["{}", "an object"],
    ] as const) {
      const { status, json } = await numbered(text, text);
      expect([status, json.code], text).toEqual([422, "request_invalid"]);
      expect(json.errors).toMatchObject([{ pointer: "/fields/n", detail: `${wanted} ${shown}.` }]);
    }
    const { json } = await numbered("9007199254740993", "large");
    expect(json.errors[0].detail).toContain("beyond 9007199254740991");
    expect((await numbered("-1", "minus")).json.code).toBe("field_value");
  });
});
