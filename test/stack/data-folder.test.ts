import path from "node:path";
import { expect, test } from "vitest";

import { chosenDataFolder, shownFolder } from "../../dev/data/folder.ts";
import { projectRoot } from "../../dev/wrangler.ts";

test.each([
  ["", path.relative(process.cwd(), path.join(projectRoot, ".data"))],
  [".", "."],
  ["..data/of/mine", "..data/of/mine"],
  ["/var/serialmint", "/var/serialmint"],
  ["..", path.dirname(process.cwd())],
])("the data folder %o is shown as %s", (chosen, shown) => {
  expect(shownFolder(chosenDataFolder({ SERIALMINT_DATA: chosen }))).toBe(shown);
});
