/** What a new data folder is seeded with. */
export const demo = {
  tenant: "demo",
  name: "Demo company",
  key: "smk_demo_0000000000000000000000000000",
  sequence: { key: "demo-serials", body: { pattern: "SN-{0000000}" } },
  products: [
    {
      sku: "demo-phone",
      body: { name: "Demo phone", tracking: "serial", sequence: "demo-serials" },
    },
    {
      sku: "demo-coffee",
      body: { name: "Demo coffee", tracking: "lot", sequence: "demo-serials" },
    },
  ],
  serialProduct: "demo-phone",
} as const;

/** The shell command that mints serials of the demo product. */
export function mintCommand(url: string, count: number): string {
  const body = JSON.stringify({ items: [{ product: demo.serialProduct, count }] });
  return [
    `curl ${url}/v1/lots`,
    `-H "Authorization: Bearer ${demo.key}"`,
    `-H "Content-Type: application/json"`,
    `-H "Idempotency-Key: my-first-${count}"`,
    `-d '${body}'`,
  ].join(" \\\n  ");
}
