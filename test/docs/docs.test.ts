import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { projectRoot } from "../../dev/wrangler.ts";
import manifest from "../../package.json" with { type: "json" };
import { commandsOf, examplesOf } from "./page.ts";
import type { Example } from "./page.ts";
import { PageRun, actualFor, shownAs } from "./run.ts";
import type { Actual } from "./run.ts";
import { startDocsService } from "./service.ts";
import type { DocsService } from "./service.ts";

const inDocs = await readdir(path.join(projectRoot, "docs"), { recursive: true });
const names = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...inDocs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const pages = new Map<string, string>();
for (const name of names) pages.set(name, await readFile(path.join(projectRoot, name), "utf8"));

/** What GitHub makes of a heading as the fragment of an address. */
function fragment(heading: string): string {
  const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
  return plain.trim().replaceAll(" ", "-");
}

function fragmentsOf(page: string): Set<string> {
  const headings = page.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return new Set([...headings].map(([, heading = ""]) => fragment(heading)));
}

describe("every page", () => {
  test.each(names)("%s links to what is there", (name) => {
    const page = pages.get(name) ?? "";
    for (const [, target = ""] of page.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const where = path.posix.join(path.posix.dirname(name), file);
      const linked = file === "" ? name : where;
      expect(existsSync(path.join(projectRoot, linked)), `${name}: ${target}`).toBe(true);
      const fragments = fragmentsOf(pages.get(linked) ?? "");
      if (anchor !== undefined) expect(fragments, `${name}: ${target}`).toContain(anchor);
    }
  });

  test.each(names)("%s names npm scripts that exist", (name) => {
    const page = pages.get(name) ?? "";
    const named = page.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[a-z][a-z:-]*)/g);
    for (const [command, script = ""] of named) {
      expect(Object.keys(manifest.scripts), command).toContain(script);
    }
  });

  test.each(names)("%s names files that exist", (name) => {
    const named = (pages.get(name) ?? "").matchAll(
      /`((?:src|dev|ops|bench|test|docs|drizzle|\.ci)\/[A-Za-z0-9_./-]+)`/g,
    );
    for (const [, file = ""] of named) {
      expect(existsSync(path.join(projectRoot, file)), `${name}: ${file}`).toBe(true);
    }
  });
});

test("the index of docs/ leads to every page in it", () => {
  const index = pages.get("docs/README.md") ?? "";
  for (const name of names.filter(
    (page) => page.startsWith("docs/") && page !== "docs/README.md",
  )) {
    expect(index).toContain(`](${name.slice("docs/".length)})`);
  }
});

test("CI runs the test command of the README", async () => {
  const commands = commandsOf(pages.get("README.md") ?? "");
  expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
  const ci = await readFile(path.join(projectRoot, ".ci/run"), "utf8");
  expect(ci).toMatch(/^npm ci\nnpm test$/m);
});

describe("the requests", () => {
  let service: DocsService;
  beforeAll(async () => {
    service = await startDocsService();
  });
  afterAll(async () => {
    await service.stop();
  });

  const withRequests = names.filter(
    (name) => name !== "README.md" && examplesOf(pages.get(name) ?? "").length > 0,
  );
  test.each(withRequests)("of %s are answered as it says", async (name) => {
    const run = new PageRun(service, await service.tenant());
    for (const example of examplesOf(pages.get(name) ?? "")) {
      checkAnswer(example, await run.answer(example));
    }
  });

  test("of the README are, and its export has every serial once and in sequence", async () => {
    const run = new PageRun(service, await service.tenant());
    const texts: string[] = [];
    for (const example of examplesOf(pages.get("README.md") ?? "")) {
      const actual = await run.answer(example);
      checkAnswer(example, actual);
      texts.push(actual.text);
    }
    const serials = (texts[1] ?? "").trimEnd().split("\r\n").slice(1);
    expect(serials.length).toBe(500_000);
    expect(serials.findIndex((line, index) => line.split(",")[1] !== serial(index + 11))).toBe(-1);
  });
});

/** `SN-{0000000}`. */
function serial(number: number): string {
  return `SN-${String(number).padStart(7, "0")}`;
}

/** Compares a real answer with the one that the page shows; without one it is a success. */
function checkAnswer({ request, answer }: Example, actual: Actual): void {
  const said = `${request.method} ${request.path}`;
  if (answer === undefined) {
    expect(actual.status, `${said}: ${actual.text}`).toBeLessThan(300);
    return;
  }
  expect(actualFor(answer, actual), said).toEqual(shownAs(answer));
  if (answer.language === "csv" || answer.language === "ndjson") {
    expect(actual.status, said).toBe(200);
  }
}
