import { mkdirSync } from "node:fs";

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

import { quietWranglerEnvironment } from "./dev/wrangler.ts";

// Only errors: the secret that wrangler would miss is bound below.
Object.assign(process.env, quietWranglerEnvironment, { WRANGLER_LOG: "error" });
// wrangler.toml names it, and a clean clone has not built it yet.
mkdirSync("dist/assets", { recursive: true });

/** What needs processes and files of its own runs in Node; all else in workerd, like the Worker. */
const nodeTests = [
  "test/gateway/**/*.test.ts",
  "test/postgres/**/*.test.ts",
  "test/stack/**/*.test.ts",
  "test/artefacts/**/*.test.ts",
  "test/docs/**/*.test.ts",
  "test/faults/**/*.test.ts",
  "test/hostile/**/*.test.ts",
  "test/client/**/*.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => {
            const { main, sqlEndpoint } = inject("harness");
            return {
              wrangler: { configPath: "./wrangler.toml" },
              miniflare: {
                bindings: { DATABASE_URL: main.databaseUrl, SQL_ENDPOINT: sqlEndpoint },
              },
            };
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: nodeTests,
          globalSetup: ["test/harness/node/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "node",
          include: nodeTests,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
