/**
 * `npm test`: the check, then all tests (`npm test -- some/file` for some), then one plain line,
 * `N passed, N failed`. Exit code 0 only when something passed and nothing failed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import type { JsonTestResults } from "vitest/node";

import { projectRoot } from "../dev/wrangler.ts";

function run(...args: string[]): number {
  const { status } = spawnSync(process.execPath, args, { cwd: projectRoot, stdio: "inherit" });
  return status ?? 1;
}

/** Ends the run with its closing line. */
function close(passed: number, failed: number): never {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

if (run("dev/check.ts") !== 0) {
  console.log("The check failed, so no test was run.");
  close(0, 1);
}

const results = path.join(projectRoot, "dist", "test-results.json");
rmSync(results, { force: true });
const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
const exitCode = run(
  path.join(path.dirname(manifest), "vitest.mjs"),
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
);

let passed = 0;
let failed = 0;
try {
  // Written by vitest's own reporter.
  const report = JSON.parse(readFileSync(results, "utf8")) as JsonTestResults;
  passed = report.numPassedTests;
  // A file that cannot be loaded fails without any test of its own.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((t) => t.status !== "failed"),
  );
  failed = report.numFailedTests + broken.length;
  const left = report.numPendingTests + report.numTodoTests;
  if (left > 0) console.log(`${left} not run`);
} catch (error) {
  console.log(`vitest left no results: ${String(error)}`);
}
// Whatever vitest complains of besides (an unhandled error, a server that did not start) counts.
if (exitCode !== 0 && failed === 0) failed = 1;
close(passed, failed);
