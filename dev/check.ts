/** `npm run check`: types, lint, format. Every step runs, also when one before it fails. */
import { spawn } from "node:child_process";
import path from "node:path";

import { projectRoot, quietWranglerEnvironment, wranglerCommand } from "./wrangler.ts";

/** Runs one step and answers whether it passed; its output is shown when it did not. */
function step(name: string, command: string, args: readonly string[]): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...process.env, ...quietWranglerEnvironment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    const keep = (chunk: Buffer): void => {
      printed += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      printed += error.message;
    });
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
      if (code !== 0) console.log(printed);
      resolve(code === 0);
    });
  });
}

const bin = (name: string): string => path.join(projectRoot, "node_modules", ".bin", name);
const project = (name: string): string[] => ["-p", `tsconfig.${name}.json`];

const runtimeTypes = await step("types of the runtime", ...wranglerCommand(["types"]));
const results = [
  runtimeTypes,
  ...(await Promise.all([
    step("types of the Worker", bin("tsc"), project("worker")),
    step("types of its tests", bin("tsc"), project("test")),
    step("types of what runs in Node", bin("tsc"), project("node")),
    step("types of the client", bin("tsc"), project("client")),
  ])),
  await step("lint", bin("oxlint"), []),
  await step("format (npx oxfmt mends it)", bin("oxfmt"), ["--check"]),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
