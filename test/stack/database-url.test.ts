import { expect, test } from "vitest";

import { run } from "./command.ts";

/** What a command of production says to a DATABASE_URL that it refuses. */
async function refusal(args: readonly string[], url: string): Promise<string> {
  const command = run(process.execPath, args, { DATABASE_URL: url });
  expect(await command.exit).toBe(1);
  return command.printed();
}

const noConnection =
  "DATABASE_URL is no connection string. Give postgresql://USER:PASSWORD@HOST/DATABASE, with " +
  "@, / and : in the password written as %40, %2F and %3A.\n";

test.each([
  ["nonsense"],
  ["http://localhost/serialmint"],
  // The slash ends the host, so that the password is taken for a port.
  ["postgresql://owner:pass/word@127.0.0.1/serialmint"],
])("DATABASE_URL=%s is refused without being shown", async (url) => {
  expect(await refusal(["ops/migrate.ts"], url)).toBe(noConnection);
});

test("tenant:create refuses it too", async () => {
  expect(await refusal(["ops/tenant-create.ts", "acme"], "nonsense")).toBe(noConnection);
});

test("an empty DATABASE_URL counts as not set", async () => {
  expect(await refusal(["ops/migrate.ts"], "")).toBe(
    "Set DATABASE_URL to a direct (not pooled) connection of the database's owner.\n",
  );
});
