import { expect, test } from "vitest";
import { bindings, exampleApp, postHeaders, testKey } from "./example-app.ts";
import { expectProblem } from "./problem-of.ts";

const app = exampleApp();

async function errorsOf(body: unknown) {
  const init = { method: "POST", headers: postHeaders(), body: JSON.stringify(body) };
  const response = await app.request("/v1/things", init, bindings);
  const problem = await expectProblem(response, 422, "request_invalid");
  return (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

test("every wrong field is named, with what is wrong and what to change", async () => {
  expect(await errorsOf({})).toEqual([
    "/count count is missing. Give a whole number from 1 to 10000000.",
  ]);
  expect(await errorsOf({ count: 1, colour: "red", a: 1 })).toEqual([
    "/colour colour is not known here. Remove it, or correct its spelling.",
    "/a a is not known here. Remove it, or correct its spelling.",
  ]);
  expect(await errorsOf({ count: 0 })).toEqual(["/count count must be 1 to 10000000, not 0."]);
  expect(await errorsOf({ count: -5 })).toEqual(["/count count must be 1 to 10000000, not -5."]);
  expect(await errorsOf({ count: 1.5 })).toEqual(["/count count must be a whole number, not 1.5."]);
  expect(await errorsOf({ count: null })).toEqual([
    "/count count must be a whole number or a string of digits, not null.",
  ]);
  expect(await errorsOf({ count: true })).toEqual([
    "/count count must be a whole number or a string of digits, not true.",
  ]);
  expect(await errorsOf({ count: 1, mode: "loose" })).toEqual([
    '/mode mode must be one of "standard", "gapless"; the string "loose" was given.',
  ]);
  expect(await errorsOf({ count: 1, note: 5 })).toEqual([
    "/note note must be a string; 5 was given.",
  ]);
  expect(await errorsOf({ count: 1, note: "" })).toEqual([
    "/note note must have at least 1 character; it has 0.",
  ]);
  expect(await errorsOf({ count: 1, note: "123456" })).toEqual([
    "/note note must have at most 5 characters; it has 6.",
  ]);
  expect(await errorsOf({ count: 1, tags: [{ text: "a" }, { text: 1, x: 2 }] })).toEqual([
    "/tags/1/text tags[1].text must be a string; 1 was given.",
    "/tags/1/x tags[1].x is not known here. Remove it, or correct its spelling.",
  ]);
  expect(await errorsOf({ count: 1, tags: {} })).toEqual([
    "/tags tags must be a list; an object was given.",
  ]);
  // Its six characters are no elements.
  expect(await errorsOf({ count: 1, words: "abcdef" })).toEqual([
    '/words words must be a list; the string "abcdef" was given.',
  ]);
  expect(await errorsOf({ count: 1, target: 7 })).toEqual([
    "/target target must be an object; 7 was given.",
  ]);
  expect(await errorsOf({ count: 1, target: { id: "x", more: 1 } })).toEqual([
    "/target/more target.more is not known here. Remove it, or correct its spelling.",
  ]);
});

test("what is given comes back escaped and cut", async () => {
  const [error] = await errorsOf({ count: 1, mode: `\u202eabc\u0007${"x".repeat(200)}` });
  expect(error).toContain("\\u202eabc");
  expect(error?.length).toBeLessThan(200);
  expect(error).toMatch(/^[\x20-\x7e]*$/);
});

test("a key with slashes and tildes gives an escaped pointer", async () => {
  const [error] = await errorsOf({ count: 1, "a/b~c": 1 });
  expect(error).toMatch(/^\/a~1b~0c \["a\/b~c"\] is not known here/);
});

test("query parameters are named as such", async () => {
  const headers = { authorization: `Bearer ${testKey}` };
  const ask = async (query: string) => {
    const response = await app.request(`/v1/things?${query}`, { headers }, bindings);
    const problem = await expectProblem(response, 422, "request_invalid");
    return problem.errors;
  };
  expect(await ask("limit=0")).toEqual([
    { parameter: "limit", in: "query", detail: "limit must be 1 to 1000, not 0.", code: "custom" },
  ]);
  expect((await ask("limit=1001"))?.[0]?.detail).toBe("limit must be 1 to 1000, not 1001.");
  expect((await ask("limit=ten"))?.[0]?.detail).toContain("plain digits");
  expect((await ask("limit=1&limit=2"))?.[0]?.detail).toContain("a list");
  expect((await ask("raw=maybe"))?.[0]?.detail).toContain('one of "true", "false"');
  expect((await ask("page=2"))?.[0]).toMatchObject({ parameter: "page", code: "unknown_field" });
});

test("a path parameter that names nothing is 404; PUT says what it must be", async () => {
  const headers = postHeaders();
  const got = await app.request("/v1/things/Not_OK", { headers }, bindings);
  const missing = await expectProblem(got, 404, "path_names_nothing");
  expect(missing.detail).toContain("must be 1 to 10 of a-z");
  const init = { method: "PUT", headers, body: '{"text":"x"}' };
  const put = await app.request("/v1/things/Not_OK", init, bindings);
  const problem = await expectProblem(put, 422, "request_invalid");
  expect(problem.errors?.[0]).toMatchObject({ parameter: "key", in: "path" });
});
