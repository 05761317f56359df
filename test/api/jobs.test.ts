import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { call, names, ok, refused, state } from "./contract.ts";

let service: Service;

// The shared database: the pump is a Durable Object and knows that one only.
beforeAll(async () => {
  service = await createService({ main: true });
  await ok(service, "PUT", "/v1/sequences/j", { pattern: "J{00000}" });
  await ok(service, "PUT", "/v1/products/J", { tracking: "serial", sequence: "j" });
});
afterAll(() => service.close());

const async = { prefer: "respond-async" };
const start = (count: number, headers: Record<string, string> = async) =>
  call(service, "POST", "/v1/lots", { body: { items: [{ product: "J", count }] }, headers });
const job = (id: string) => ok(service, "GET", `/v1/jobs/${id}`);

/** The job once it has ended; at most 20 s. */
async function ended(id: string) {
  for (let tries = 0; tries < 200; tries += 1) {
    const seen = await job(id);
    if (!["queued", "running"].includes(seen.status)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The job does not end.");
}

/** A job of 600 lots whose one chunk is refused by the database, so that it fails. */
async function failed() {
  const broken = { kind: "fail", sqlstate: "XX000", message: "no", times: 1 } as const;
  await service.database.fault({ ...broken, match: "run_chunk_v1" });
  const answer = await start(600, {});
  await service.database.fault(null);
  return answer;
}

test("Prefer: respond-async answers 202 at once, and the pump goes on", async () => {
  const answer = await start(45_000);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe(`/v1/jobs/${answer.json.id}`);
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(answer.json).toMatchObject({ total: 45_000, error: null });
  expect(["queued", "running"]).toContain(answer.json.status);
  const done = await ended(answer.json.id);
  expect(done).toMatchObject({ status: "done", done: 45_000, skipped: 0, eta_s: 0 });
  const { text } = await call(service, "GET", `/v1/lots?job=${answer.json.id}`, {
    headers: { accept: "application/x-ndjson" },
  });
  const made = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).name);
  const first = Number(done.items[0].first_name.slice(1));
  expect(made).toEqual(names("J", 5, first, first + 44_999));
});

test("a job has an ETag for where it stands", async () => {
  const { json } = await start(3, {});
  const path = `/v1/jobs/${json.id}`;
  const seen = await call(service, "GET", path);
  expect(seen.headers.get("retry-after")).toBeNull();
  const etag = seen.headers.get("etag") ?? "";
  const conditional = (tag: string) =>
    call(service, "GET", path, { headers: { "if-none-match": tag } });
  const same = await conditional(etag);
  expect([same.status, same.text, same.headers.get("etag")]).toEqual([304, "", etag]);
  expect((await conditional(`"other", W/${etag}`)).status).toBe(304);
  expect((await conditional('"other"')).status).toBe(200);
});

test("jobs are listed in order of creation, and by status", async () => {
  const one = await start(1, {});
  const two = await start(1, {});
  const { data } = await ok(service, "GET", "/v1/jobs?status=done&limit=1000");
  const ids = data.map((row: { id: string }) => row.id);
  expect(ids.indexOf(one.json.id)).toBeGreaterThanOrEqual(0);
  expect(ids.indexOf(two.json.id)).toBe(ids.indexOf(one.json.id) + 1);
  expect((await ok(service, "GET", "/v1/jobs?status=queued")).data).toEqual([]);
  await refused(service, [422, "request_invalid"], "GET", "/v1/jobs?status=waiting");
});

test("a list tells how far jobs are, as the jobs themselves do", async () => {
  const { json } = await failed();
  // 200 of 600 in an hour, so two hours for the rest; held by nobody who would go on with it.
  await service.database.query(
    `update jobs set status = 'running', cursor = 200, started_at = now() - interval '1 hour',
       finished_at = null, token = gen_random_uuid(), lease_until = now() + interval '1 day'
     where id = $1`,
    [json.id],
  );
  const { data } = await ok(service, "GET", "/v1/jobs?status=running&limit=1000");
  const row = data.find(({ id }: { id: string }) => id === json.id);
  expect(row).toMatchObject({ done: 200, rate: 0 });
  for (const shown of [row, await job(json.id)]) {
    expect(shown.eta_s).toBeGreaterThanOrEqual(7200);
    expect(shown.eta_s).toBeLessThan(7300);
  }
  await service.database.query("update jobs set status = 'failed' where id = $1", [json.id]);
  const stopped = await ok(service, "GET", "/v1/jobs?status=failed&limit=1000");
  expect(stopped.data.find(({ id }: { id: string }) => id === json.id).eta_s).toBe(0);
});

test("a list tells no rate of a job that has recorded nothing", async () => {
  const { json } = await failed();
  const { data } = await ok(service, "GET", "/v1/jobs?status=failed&limit=1000");
  const row = data.find(({ id }: { id: string }) => id === json.id);
  expect(row).toMatchObject({ done: 0, rate: null, eta_s: 0 });
  expect(await job(json.id)).toMatchObject({ done: 0, rate: null, eta_s: 0 });
});

describe("a job that failed", () => {
  test("says why, and goes on when it is retried", async () => {
    const answer = await failed();
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({
      status: "failed",
      done: 0,
      error: { code: "internal_error", retryable: false },
    });
    const path = `/v1/jobs/${answer.json.id}/retry`;
    const retried = await call(service, "POST", path);
    expect(retried.status).toBe(202);
    expect(retried.json.error).toBeNull();
    expect(await ended(answer.json.id)).toMatchObject({ status: "done", done: 600, error: null });
    await refused(service, [409, "job_wrong_state"], "POST", path);
  });

  test("is cancelled: its numbers are voided", async () => {
    const { json } = await failed();
    const options = { idempotencyKey: `cancel-${json.id}` };
    const path = `/v1/jobs/${json.id}/cancel`;
    const cancelled = await call(service, "POST", path, options);
    expect([cancelled.status, cancelled.json.status]).toEqual([200, "cancelled"]);
    const ledger = await ok(service, "GET", "/v1/sequences/j/ledger?limit=1000");
    const first = json.items[0].reservation.split(":")[1];
    const voids = ledger.data.filter(
      (row: { kind: string; first: string }) => row.kind === "void" && row.first === first,
    );
    expect(voids).toMatchObject([{ count: 600, reason: "the job was cancelled" }]);
    expect((await ok(service, "GET", `/v1/lots?job=${json.id}`)).data).toEqual([]);
    const before = await state(service);
    const again = await call(service, "POST", path, options);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    await refused(service, [409, "job_wrong_state"], "POST", path);
    expect(await state(service)).toEqual(before);
  });

  test("gives back what it took of a reservation when it is cancelled", async () => {
    const { id } = await ok(service, "POST", "/v1/sequences/j/reservations", { count: 600 });
    const broken = { kind: "fail", sqlstate: "XX000", message: "no", times: 1 } as const;
    await service.database.fault({ ...broken, match: "run_chunk_v1" });
    const job = await ok(service, "POST", "/v1/lots", {
      items: [{ product: "J", reservation: id }],
    });
    await service.database.fault(null);
    expect((await ok(service, "GET", `/v1/reservations/${id}`)).open).toEqual([]);
    await ok(service, "POST", `/v1/jobs/${job.id}/cancel`);
    expect((await ok(service, "GET", `/v1/reservations/${id}`)).open).toMatchObject([
      { count: 600 },
    ]);
  });
});

test("a finished job is not cancelled", async () => {
  const { json } = await start(1, {});
  const problem = await refused(
    service,
    [409, "job_wrong_state"],
    "POST",
    `/v1/jobs/${json.id}/cancel`,
  );
  expect(problem).toMatchObject({ status: 409, wanted: "cancelled" });
});

test("a job that does not exist: 404", async () => {
  const missing = [404, "job_not_found"] as const;
  const path = "/v1/jobs/019345ab-0000-7000-8000-000000000000";
  await refused(service, missing, "GET", path);
  await refused(service, missing, "GET", `${path}/skipped`);
  await refused(service, missing, "POST", `${path}/cancel`);
  await refused(service, missing, "POST", `${path}/retry`);
  await refused(service, [404, "path_names_nothing"], "GET", "/v1/jobs/7");
});
