import type { Wanted, WantedCountLine, WantedReceiptLine, WantedRow } from "../check/wanted.ts";

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: "POST" | "PATCH";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is wanted as a request with that Idempotency-Key, or with the version that a change is of. */
export function asRequest(wanted: Wanted, key: string): WireRequest {
  if (wanted.kind === "patch") {
    const { product, name, version, set, reference } = wanted;
    const path = `/v1/products/${product}/lots/${encodeURIComponent(name)}`;
    const headers = { "if-match": version, ...json };
    return { method: "PATCH", path, headers, body: JSON.stringify({ ...set, reference }) };
  }
  const own = { "idempotency-key": key, ...preference(wanted) };
  if (wanted.kind === "import") {
    const headers = { ...own, "content-type": "text/csv" };
    return {
      method: "POST",
      path: "/v1/imports?kind=odoo_lots",
      headers,
      body: fileOf(wanted.rows),
    };
  }
  const { path, body } = asPost(wanted);
  if (body === undefined) return { method: "POST", path, headers: own };
  return { method: "POST", path, headers: { ...own, ...json }, body: JSON.stringify(body) };
}

const json = { "content-type": "application/json" };

function preference(wanted: Wanted): Record<string, string> {
  return wanted.kind === "lots" && wanted.async === true ? { prefer: "respond-async" } : {};
}

function asPost(wanted: Exclude<Wanted, { kind: "patch" | "import" }>): {
  path: string;
  body?: object;
} {
  switch (wanted.kind) {
    case "reserve": {
      const { kind: _, sequence, ...body } = wanted;
      return { path: `/v1/sequences/${sequence}/reservations`, body };
    }
    case "names": {
      const { kind: _, ...body } = wanted;
      return { path: "/v1/naming-series/next", body };
    }
    case "void": {
      const { kind: _, reservation, ...run } = wanted;
      return { path: `/v1/reservations/${reservation}/void`, body: { reason: "unused", ...run } };
    }
    case "lease": {
      const { kind: _, sequence, ...body } = wanted;
      return { path: `/v1/sequences/${sequence}/leases`, body };
    }
    case "report":
    case "renew": {
      const { kind, lease, ...body } = wanted;
      return { path: `/v1/leases/${lease}/${kind}`, body };
    }
    case "give back": {
      const { kind: _, lease, ...use } = wanted;
      return { path: `/v1/leases/${lease}/give-back`, body: { reason: "not needed", ...use } };
    }
    case "lots":
      return { path: "/v1/lots", body: { items: wanted.items } };
    case "cancel job":
      return { path: `/v1/jobs/${wanted.job}/cancel` };
    case "receipt": {
      const { reference, lines } = wanted;
      return { path: "/v1/receipts", body: { reference, lines: lines.map(receiptLine) } };
    }
    case "cancel receipt": {
      const { receipt, reason } = wanted;
      return { path: `/v1/receipts/${receipt}/cancel`, body: { reason } };
    }
    case "change": {
      const { kind: _, ...body } = wanted;
      return { path: "/v1/lots/changes", body };
    }
    case "count": {
      const { reference, lines } = wanted;
      return { path: "/v1/counts", body: { reference, lines: lines.map(countLine) } };
    }
    case "apply":
      return { path: `/v1/counts/${wanted.count}/apply` };
    case "advance":
    case "rewind": {
      const { kind, sequence, ...body } = wanted;
      return { path: `/v1/sequences/${sequence}/${kind}`, body };
    }
  }
}

function receiptLine(line: WantedReceiptLine): object {
  if ("quantity" in line) return line;
  return { product: line.product, lots: line.names.map((name) => ({ name })) };
}

function countLine({ units, ...line }: WantedCountLine): object {
  return { ...line, counted_quantity: units };
}

function fileOf(rows: readonly WantedRow[]): string {
  const lines = rows.map(({ name, product }) => `"${name}","${product}","1.0"`);
  return ['"name","product_id/default_code","product_qty"', ...lines, ""].join("\n");
}
