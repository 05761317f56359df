import { failures } from "../../errors.ts";
import type { App } from "../context.ts";
import { openapiDocument } from "../openapi-document.ts";

/**
 * Only this origin may be asked for anything, so that the page works with no internet and tells
 * nobody. Styles are set by the script itself, hence 'unsafe-inline' for them alone.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Everything that would ask another host is off: fonts, proxy, agent, MCP, sharing, telemetry. */
const configuration = {
  url: "/openapi.json",
  theme: "default",
  withDefaultFonts: false,
  customCss:
    ":root { --scalar-font: system-ui, sans-serif; --scalar-font-code: ui-monospace, monospace; }",
  proxyUrl: "",
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  persistAuth: false,
  authentication: { preferredSecurityScheme: "ApiKey" },
};

const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Serialmint API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>The reference needs JavaScript. The same is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script id="api-reference" type="application/json" data-configuration="${escaped(JSON.stringify(configuration))}"></script>
<script src="/docs/scalar.js"></script>
</body>
</html>
`;

/**
 * Registers the OpenAPI document, the reference page with its script, and the table of errors. The
 * address of the service alone leads to the page.
 */
export function registerDocs(app: App): void {
  let document: string | undefined;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(openapiDocument(app));
    c.header("content-type", "application/json; charset=utf-8");
    c.header("cache-control", "no-cache");
    return c.body(document);
  });
  app.get("/", (c) => c.redirect("/docs", 302));
  app.get("/docs", (c) => {
    c.header("content-security-policy", policy);
    c.header("cache-control", "no-cache");
    return c.html(referencePage);
  });
  app.get("/docs/scalar.js", async (c) => {
    const wanted = new Request(new URL("/scalar.js", c.req.url), {
      headers: validators(c.req.raw),
    });
    const asset = await c.env.ASSETS.fetch(wanted);
    if (asset.status !== 200 && asset.status !== 304) {
      throw new Error(`The asset scalar.js answered ${asset.status}.`);
    }
    const headers = new Headers({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=86400",
    });
    const tag = asset.headers.get("etag");
    if (tag !== null) headers.set("etag", tag);
    return new Response(asset.body, { status: asset.status, headers });
  });
  app.get("/docs/errors", (c) => {
    c.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    c.header("cache-control", "no-cache");
    return c.html(errorsPage());
  });
}

function validators(request: Request): Headers {
  const headers = new Headers();
  const tag = request.headers.get("if-none-match");
  if (tag !== null) headers.set("if-none-match", tag);
  return headers;
}

function errorsPage(): string {
  const rows = Object.entries(failures)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, entry]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${entry.status}</td>` +
        `<td>${entry.retryable ? "yes" : "no"}</td><td>${escaped(entry.title)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Serialmint errors</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:60rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left}tr:target{background:#fe8}</style>
</head>
<body>
<h1>Errors</h1>
<p>Every error is a problem (RFC 9457) with one of these codes. Retryable means that the same request may succeed if it is sent again unchanged.</p>
<table>
<tr><th>Code</th><th>Status</th><th>Retryable</th><th>Meaning</th></tr>
${rows.join("\n")}
</table>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
