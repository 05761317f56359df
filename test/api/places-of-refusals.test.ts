import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createService, type Service } from "../harness/service.ts";
import { ok, refused } from "./contract.ts";

let service: Service;

beforeAll(async () => {
  service = await createService();
  await ok(service, "PUT", "/v1/sequences/s", { pattern: "S-{000}" });
  await ok(service, "PUT", "/v1/sequences/yearly", { pattern: "{YYYY}-{000}", reset: "yearly" });
  await ok(service, "PUT", "/v1/products/P", { tracking: "lot", sequence: "s" });
  await ok(service, "PUT", "/v1/products/Q", { tracking: "lot", sequence: "yearly" });
  // 1 to 5, of which 1 and 2 are recorded.
  await ok(service, "POST", "/v1/sequences/s/reservations", { count: 5 });
  await lots({ product: "P", reservation: "s:1", count: 2 });
  await lots({ product: "P", names: ["A-1", "B"] });
});
afterAll(() => service.close());

const lots = (...items: object[]) => ok(service, "POST", "/v1/lots", { items });

/** The places that a refusal names; each has a sentence and the refusal's code. */
async function places(
  [status, code]: readonly [number, string],
  method: string,
  path: string,
  body: object,
): Promise<string[]> {
  const { errors } = await refused(service, [status, code], method, path, { body });
  for (const error of errors) expect(error).toMatchObject({ code, detail: expect.any(String) });
  return errors.map(({ pointer }: { pointer: string }) => pointer);
}

const fine = { product: "P", count: 1 };
const ofLots = (expected: readonly [number, string], ...items: object[]) =>
  places(expected, "POST", "/v1/lots", { items });

describe("names of lots", () => {
  test("that the product has, each with its own sentence", async () => {
    const body = {
      items: [
        fine,
        { product: "P", names: ["C", "B"] },
        { product: "P", first_name: "A-1", count: 1 },
      ],
    };
    const problem = await refused(service, [409, "name_taken"], "POST", "/v1/lots", { body });
    expect(problem.errors).toEqual([
      {
        pointer: "/items/2/first_name",
        code: "name_taken",
        detail:
          'Lots of these names exist already: "A-1" of product "P". Leave them out, or send on_duplicate: "skip".',
      },
      {
        pointer: "/items/1/names/1",
        code: "name_taken",
        detail:
          'Lots of these names exist already: "B" of product "P". Leave them out, or send on_duplicate: "skip".',
      },
    ]);
  });

  test("that a reservation holds", async () => {
    const names = { product: "P", names: ["C", "D", "S-004"] };
    expect(await ofLots([409, "name_issued"], fine, names)).toEqual(["/items/1/names/2"]);
  });

  test("that lie far ahead, in the series that is meant", async () => {
    const jump = [409, "jump_too_far"] as const;
    const names = { product: "P", names: ["S-006", "S-200006"] };
    expect(await ofLots(jump, fine, names)).toEqual(["/items/1/names/1"]);
    const old = { product: "Q", names: ["2024-200006"], allow_jump: true };
    const present = { product: "Q", names: ["2025-200006"] };
    expect(await ofLots(jump, old, present)).toEqual(["/items/1/names/0"]);
  });
});

describe("reservations", () => {
  test("that do not exist", async () => {
    const unknown = { product: "P", reservation: "s:4" };
    expect(await ofLots([422, "unknown_reservation"], fine, unknown)).toEqual([
      "/items/1/reservation",
    ]);
  });

  test("of which a part is used", async () => {
    const used = { product: "P", reservation: "s:1", first_name: "S-002", count: 2 };
    expect(await ofLots([409, "reservation_used"], fine, used)).toEqual(["/items/1/reservation"]);
  });

  test("whose end is passed, or that begin elsewhere", async () => {
    const range = [422, "reservation_range"] as const;
    const item = { product: "P", reservation: "s:1" };
    expect(await ofLots(range, fine, { ...item, count: 9 })).toEqual(["/items/1/count"]);
    const long = { ...item, first_name: "S-004", count: 3 };
    expect(await ofLots(range, fine, long)).toEqual(["/items/1/count"]);
    for (const first_name of ["S-000", "S-006"]) {
      const elsewhere = { ...item, first_name, count: 1 };
      expect(await ofLots(range, fine, elsewhere)).toEqual(["/items/1/first_name"]);
    }
  });

  test("that have no such name", async () => {
    const item = { product: "P", reservation: "s:1" };
    const inside = { ...item, first_name: "S-003", count: 1 };
    const foreign = { ...item, first_name: "T-003", count: 1 };
    expect(await ofLots([422, "first_name_not_reserved"], inside, foreign)).toEqual([
      "/items/1/first_name",
    ]);
  });
});

test("lines of a receipt", async () => {
  const lines = [
    { product: "P", quantity: 1 },
    { product: "P", lots: [{ name: "S-006" }, { name: "S-200006" }] },
  ];
  const receipt = { reference: "DN-1", lines };
  expect(await places([409, "jump_too_far"], "POST", "/v1/receipts", receipt)).toEqual([
    "/lines/1/lots/1/name",
  ]);
  await ok(service, "POST", "/v1/receipts", { reference: "DN-2", lines: [lines[0]] });
  const again = { reference: "DN-2", lines: [{ product: "P", quantity: 2 }] };
  expect(await places([409, "receipt_exists"], "POST", "/v1/receipts", again)).toEqual([
    "/reference",
  ]);
});

test("members of a product and of the settings", async () => {
  const unknown = [422, "unknown_sequence"] as const;
  const product = { tracking: "lot", sequence: "nowhere" };
  expect(await places(unknown, "PUT", "/v1/products/P", product)).toEqual(["/sequence"]);
  const settings = { default_sequence: "nowhere" };
  expect(await places(unknown, "PATCH", "/v1/settings", settings)).toEqual(["/default_sequence"]);
  const serial = { tracking: "serial", sequence: "s" };
  const fixed = [409, "product_tracking_fixed"] as const;
  expect(await places(fixed, "PUT", "/v1/products/P", serial)).toEqual(["/tracking"]);
});

test("members of a sequence that are fixed, each with its own sentence", async () => {
  const body = { pattern: "S-{000}", mode: "gapless", start: 5 };
  const fixed = [409, "sequence_fixed"] as const;
  const problem = await refused(service, fixed, "PUT", "/v1/sequences/s", { body });
  expect(problem.fields).toEqual(["mode", "start"]);
  expect(problem.errors).toEqual(
    ["mode", "start"].map((field) => ({
      pointer: `/${field}`,
      code: "sequence_fixed",
      detail: `Sequence "s" has given numbers, so ${field} cannot change. Send the present values, or make another sequence.`,
    })),
  );
  const narrow = { pattern: "S-{0}", start: 1, overflow: "reject" };
  await ok(service, "POST", "/v1/sequences/s/reservations", { count: 10 });
  const passed = [409, "sequence_ceiling_passed"] as const;
  expect(await places(passed, "PUT", "/v1/sequences/s", narrow)).toEqual(["/pattern"]);
});
