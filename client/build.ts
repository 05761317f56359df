/** `npm run client:build`: the package that is published, in dist/client; `npm run client:pack` packs it. */
import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { giveUp } from "../dev/ending.ts";
import { projectRoot } from "../dev/wrangler.ts";

/** The built package. */
export const packageFolder = path.join(projectRoot, "dist", "client");

/** What a program of the package imports, and the module behind it. */
const entries = {
  "./client": "client",
  "./client/file-store": "file-store",
  "./client/indexeddb-store": "indexeddb-store",
};

/** What the root's manifest and the published one have in common. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

async function manifestText(): Promise<string> {
  const text = await readFile(path.join(projectRoot, "package.json"), "utf8");
  // Of this repository.
  const { name, version, license } = JSON.parse(text) as Manifest;
  const exports = Object.entries(entries).map(([entry, module]) => [
    entry,
    { types: `./${module}.d.ts`, default: `./${module}.js` },
  ]);
  const manifest = {
    name,
    version,
    description: "The client of Serialmint: every call, typed, and numbers leased in blocks.",
    license,
    type: "module",
    // AbortSignal.any.
    engines: { node: ">=20.3" },
    sideEffects: false,
    exports: Object.fromEntries(exports) as object,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Runs a program in the root folder; answers what it printed, rejects with that when it fails. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    const hear = (chunk: Buffer): void => {
      printed += chunk.toString();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${program} ${args.join(" ")} failed (${code}):\n${printed}`));
    });
  });
}

/** Writes the package anew. */
export async function buildClient(): Promise<void> {
  await rm(packageFolder, { recursive: true, force: true });
  await mkdir(packageFolder, { recursive: true });
  const tsc = path.join(projectRoot, "node_modules", ".bin", "tsc");
  await run(tsc, ["-p", "tsconfig.client-build.json"]);
  await writeFile(path.join(packageFolder, "package.json"), await manifestText());
  for (const [from, to] of [
    ["client/README.md", "README.md"],
    ["LICENSE", "LICENSE"],
  ] as const) {
    await copyFile(path.join(projectRoot, from), path.join(packageFolder, to));
  }
}

/** Packs what was built; answers where the tarball is. */
export async function packClient(into: string): Promise<string> {
  await mkdir(into, { recursive: true });
  const printed = await run("npm", ["pack", packageFolder, "--pack-destination", into, "--silent"]);
  return path.join(into, printed.trim().split("\n").at(-1) ?? "");
}

if (import.meta.main) {
  await buildClient().catch(giveUp);
  if (process.argv.includes("--pack")) {
    const tarball = await packClient(path.join(projectRoot, "dist"));
    console.log(`Packed ${path.relative(projectRoot, tarball)}.`);
  } else {
    console.log("Built dist/client.");
  }
}
