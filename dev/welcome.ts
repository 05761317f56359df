import { demo, mintCommand } from "./demo.ts";
import type { Seeded } from "./seed.ts";

/** What there is to say when the key of the demo tenant works no more. */
const keyRefused = `
The key of the tenant ${demo.tenant}, ${demo.key}, was revoked or has expired, and stays so.
Use another key of the tenant, or begin afresh: npm run reset removes all data.`;

/** Prints what a stack that takes requests has to show, and where it is. */
export function printWelcome(
  { url, directUrl }: { url: string; directUrl: string },
  seeded: Seeded | "key refused",
): void {
  console.log(seeded === "key refused" ? keyRefused : shown(url, seeded));
  console.log(`
Reference: ${url}/docs${seeded === "key refused" ? "" : `    Key of the tenant ${demo.tenant}: ${demo.key}`}
Database: ${directUrl}

Serialmint is ready on ${url}`);
}

function shown(url: string, { serials, minted }: Seeded): string {
  return `
Ten serials of ${demo.serialProduct}${minted ? ", minted over HTTP" : ""}:
  ${serials.join(" ")}

Mint 500,000 more (again with another Idempotency-Key):
${mintCommand(url, 500_000)}`;
}
