import { demo, mintCommand } from "./demo.ts";
import type { Seeded } from "./seed.ts";

/** Prints what a stack that takes requests has to show, and where it is. */
export function printWelcome(
  { url, directUrl }: { url: string; directUrl: string },
  { serials, minted }: Seeded,
): void {
  console.log(`
Ten serials of ${demo.serialProduct}${minted ? ", minted over HTTP" : ""}:
  ${serials.join(" ")}

Mint 500,000 more (again with another Idempotency-Key):
${mintCommand(url, 500_000)}

Reference: ${url}/docs    Key of the tenant ${demo.tenant}: ${demo.key}
Database: ${directUrl}

Serialmint is ready on ${url}`);
}
