import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { buildClient, packClient } from "../../client/build.ts";
import { projectRoot } from "../../dev/wrangler.ts";
import { demo } from "../../dev/demo.ts";
import { fencesOf } from "../docs/page.ts";
import { startDocsService } from "../docs/service.ts";
import type { DocsService } from "../docs/service.ts";
import { hasBrowser, startBrowser } from "./browser.ts";
import type { TestBrowser } from "./browser.ts";
import { sequenceOwner, startClientService } from "./service.ts";
import type { ClientService } from "./service.ts";

const run = promisify(execFile);

let service: ClientService;
/** A program of somebody else, with the packed client installed. */
let program: string;

beforeAll(async () => {
  service = await startClientService();
  program = await mkdtemp(path.join(tmpdir(), "serialmint-packed-"));
  await buildClient();
  const tarball = await packClient(program);
  await writeFile(path.join(program, "package.json"), '{ "private": true, "type": "module" }');
  // It depends on nothing, so that nothing is fetched.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: program });
});
afterAll(async () => {
  await service.stop();
  await rm(program, { recursive: true, force: true });
});

/** Writes a module of the program, with its types checked. */
async function compile(name: string, text: string): Promise<void> {
  await writeFile(path.join(program, `${name}.ts`), text);
  const modules = path.join(projectRoot, "node_modules");
  const types = ["--typeRoots", path.join(modules, "@types"), "--types", "node"];
  const options = ["--strict", "--target", "es2022", "--module", "nodenext", ...types];
  await run(path.join(modules, ".bin", "tsc"), [`${name}.ts`, ...options], { cwd: program });
}

/** The first `node` in PATH that npm has not put there. */
async function nodeOfMachine(): Promise<string> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const PATH = folders.filter((folder) => !folder.includes("node_modules")).join(path.delimiter);
  const args = ["-p", "process.execPath"];
  const { stdout } = await run("node", args, { env: { ...process.env, PATH } });
  return stdout.trim();
}

describe("the packed client", () => {
  test("depends on nothing, and holds nothing but itself", async () => {
    const folder = path.join(program, "node_modules", "serialmint");
    const text = await readFile(path.join(folder, "package.json"), "utf8");
    const manifest = JSON.parse(text);
    expect(manifest).not.toHaveProperty("dependencies");
    expect(Object.keys(manifest.exports)).toEqual([
      "./client",
      "./client/file-store",
      "./client/indexeddb-store",
    ]);
    expect(await readFile(path.join(folder, "README.md"), "utf8")).toContain("serialmint/client");
    await readFile(path.join(folder, "LICENSE"), "utf8");
  });

  test("runs in Node, with its types, and keeps its place in a file", async () => {
    const { client, key } = await sequenceOwner(service);
    const script = `
      import { Serialmint, SerialmintProblem } from "serialmint/client";
      import { FileStore } from "serialmint/client/file-store";
      const client = new Serialmint({ url: "${service.url}", apiKey: "${key}" });
      const sequence = client.leasedSequence("s", { store: new FileStore("numbers") });
      const names: string[] = [];
      for (const { name } of await sequence.take(500)) names.push(name);
      await sequence.close();
      const refused: unknown = await client
        .get("/v1/sequences/{key}", { path: { key: "none" } })
        .catch((error: unknown) => error);
      if (!(refused instanceof SerialmintProblem)) throw refused;
      console.log(names.at(-1), refused.code);
    `;
    await compile("program", script);
    // The project's, and the one of the machine, which may be older.
    for (const [node, last] of [
      [process.execPath, "S-0500"],
      [await nodeOfMachine(), "S-1000"],
    ] as const) {
      const { stdout } = await run(node, ["program.js"], { cwd: program });
      expect(stdout).toBe(`${last} sequence_not_found\n`);
    }
    expect((await client.get("/v1/leases", {})).data.length).toBeGreaterThan(0);
  });
});

/** Ends what a block of a page prints. */
const mark = "--- end of block ---";

describe("what is documented", () => {
  let docs: DocsService;
  beforeAll(async () => {
    docs = await startDocsService();
  });
  afterAll(() => docs.stop());

  test.each(["client/README.md", "docs/using/client.md"])(
    "in %s does what it says",
    async (name) => {
      const fences = fencesOf(await readFile(path.join(projectRoot, name), "utf8"));
      const blocks = fences.flatMap(({ language, text }, at) => {
        if (language !== "ts") return [];
        const next = fences[at + 1];
        return [{ text, printed: next?.language === "text" ? next.text : "" }];
      });
      const text = blocks.map((block) => `${block.text}\nconsole.log("${mark}");\n`).join("");
      const key = await docs.tenant();
      await compile(
        "page",
        text.replaceAll("http://localhost:8787", docs.url).replaceAll(demo.key, key),
      );
      // A folder of its own: the pages keep files.
      const folder = await mkdtemp(path.join(program, "page-"));
      const { stdout } = await run(process.execPath, [path.join(program, "page.js")], {
        cwd: folder,
      });
      expect(stdout.split(`${mark}\n`)).toEqual([...blocks.map(({ printed }) => printed), ""]);
    },
  );
});

/** Serves the packed client to a browser as it is, without a bundler. */
async function servePages(): Promise<string> {
  const modules = path.join(program, "node_modules", "serialmint");
  const page = `<!doctype html><title>client</title><script type="importmap">{ "imports": {
    "serialmint/client": "/client.js",
    "serialmint/client/indexeddb-store": "/indexeddb-store.js" } }</script><script type="module" src="/page.js"></script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://here");
    if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(page);
      return;
    }
    const isOurs = pathname === "/page.js";
    const folder = isOurs ? path.join(import.meta.dirname, "drawing") : modules;
    readFile(path.join(folder, path.normalize(pathname))).then(
      (text) => response.writeHead(200, { "content-type": "text/javascript" }).end(text),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return `http://127.0.0.1:${address.port}/`;
}

/** Calls a function of drawing/page.js in a page. */
async function callIn<T>(page: Page, name: string, input: object): Promise<T> {
  return page.evaluate<T>(`${name}(${JSON.stringify(input)})`);
}

describe.runIf(hasBrowser)("in a browser", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test("two tabs take turns on one store, and a new start goes on where they were", async () => {
    const { client, key } = await sequenceOwner(service);
    const url = await servePages();
    const context = await browser.browser.newContext();
    onTestFinished(() => context.close());
    const [one, two] = [await context.newPage(), await context.newPage()];
    for (const tab of [one, two]) await tab.goto(url);
    const input = { url: service.way.url, apiKey: key, batches: 15 };
    const drawn = (
      await Promise.all([one, two].map((tab) => callIn<string[]>(tab, "draw", input)))
    ).flat();
    expect(new Set(drawn).size).toBe(300);

    await one.close();
    await two.reload();
    const after = await callIn<string[]>(two, "draw", { ...input, batches: 1 });
    // From the first on without a hole, in whatever order.
    const all = [...drawn, ...after].toSorted((a, b) => a.localeCompare(b));
    expect(all).toEqual(
      Array.from({ length: 310 }, (_, at) => `S-${String(at + 1).padStart(4, "0")}`),
    );
    let open = 0;
    for await (const lease of client.list("/v1/leases")) open += lease.open;
    expect(open).toBeLessThanOrEqual(140);
  });

  test("lists and streams come across origins", async () => {
    const { client, key } = await sequenceOwner(service);
    await client.put("/v1/products/{sku}", {
      path: { sku: "p" },
      body: { tracking: "serial", sequence: "s" },
    });
    const { id } = await client.recordLots({ items: [{ product: "p", count: 3000 }] });
    await client.finished(id);
    const page = await browser.browser.newPage();
    await page.goto(await servePages());
    service.way.choose(({ path: to, time }) =>
      to === "/v1/lots" && time === 2 ? { cutAfter: 100_000 } : null,
    );
    const count = await callIn(page, "countLots", { url: service.way.url, apiKey: key });
    expect(count).toBe(3000);
  });
});
