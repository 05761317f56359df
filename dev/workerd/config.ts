import path from "node:path";
import { unstable_readConfig } from "wrangler";
import { z } from "zod";

/** What the configuration for workerd takes from wrangler.toml. */
export interface WorkerSettings {
  name: string;
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  /** `[vars]`: texts, or JSON values. */
  vars: Readonly<Record<string, unknown>>;
  /** The names of the secrets that the Worker cannot do without. */
  secrets: readonly string[];
  durableObjects: readonly { binding: string; className: string }[];
  assets: { binding: string; directory: string } | null;
  crons: readonly string[];
}

/** The parts of wrangler's resolved configuration that are used; its own type is not published. */
const resolvedConfig = z.object({
  name: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  vars: z.record(z.string(), z.json()),
  secrets: z.object({ required: z.array(z.string()).default([]) }).optional(),
  durable_objects: z.object({
    bindings: z.array(z.object({ name: z.string(), class_name: z.string() })),
  }),
  assets: z.object({ binding: z.string(), directory: z.string() }).optional(),
  triggers: z.object({ crons: z.array(z.string()).default([]) }),
});

/** Bindings that this stack has nothing for; better said than missing without a word. */
const notRun = ["kv_namespaces", "r2_buckets", "d1_databases", "services", "hyperdrive"];

/** Reads wrangler.toml with wrangler's own reader. Throws for what this stack cannot run. */
export function readWorkerSettings(wranglerToml: string): WorkerSettings {
  const raw: unknown = unstable_readConfig({ config: wranglerToml });
  const config = resolvedConfig.parse(raw);
  for (const [kind, bindings] of Object.entries(raw ?? {})) {
    if (notRun.includes(kind) && Array.isArray(bindings) && bindings.length > 0) {
      throw new Error(`${wranglerToml} has ${kind}, which dev/workerd/config.ts does not set up.`);
    }
  }
  const { assets } = config;
  return {
    name: config.name,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    vars: config.vars,
    secrets: config.secrets?.required ?? [],
    durableObjects: config.durable_objects.bindings.map((bound) => ({
      binding: bound.name,
      className: bound.class_name,
    })),
    assets: assets === undefined ? null : { ...assets, directory: fromConfig(assets.directory) },
    crons: config.triggers.crons,
  };

  function fromConfig(relative: string): string {
    return path.resolve(path.dirname(wranglerToml), relative);
  }
}

/** Where workerd finds its files and listens. Scripts are named relative to the configuration. */
export interface WorkerdPlaces {
  /** What V8 may use for its heap, in MB; by default as much as it thinks right. */
  heapMegabytes?: number | undefined;
  port: number;
  script: string;
  cronScript: string;
  durableObjects: string;
}

/**
 * The configuration for `workerd serve`, in Cap'n Proto's text form. `values` are the secrets and
 * variables of this run; they win over `[vars]`. Throws when a required secret has no value.
 */
export function workerdConfig(
  settings: WorkerSettings,
  places: WorkerdPlaces,
  values: Readonly<Record<string, string>>,
): string {
  for (const secret of settings.secrets) {
    if (values[secret] === undefined) throw new Error(`The secret ${secret} has no value.`);
  }
  const bindings: string[] = [];
  for (const [name, value] of Object.entries({ ...settings.vars, ...values })) {
    const kind = typeof value === "string" ? "text" : "json";
    const held = typeof value === "string" ? value : JSON.stringify(value);
    bindings.push(`(name = ${text(name)}, ${kind} = ${text(held)})`);
  }
  for (const { binding, className } of settings.durableObjects) {
    bindings.push(`(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`);
  }
  const services = ['(name = "main", worker = .main)', '(name = "cron", worker = .cron)'];
  if (settings.assets !== null) {
    bindings.push(`(name = ${text(settings.assets.binding)}, service = "assets")`);
    services.push(`(name = "assets", disk = (path = ${text(settings.assets.directory)}))`);
  }
  services.push(
    `(name = "durable-objects", disk = (path = ${text(places.durableObjects)}, writable = true))`,
    // The gateway is on loopback, which workerd does not reach unless told so.
    `(name = "internet", network = (allow = ["public", "private", "local"],
      tlsOptions = (trustBrowserCas = true)))`,
    // What tenants have things sent to reaches none of that, whatever a name leads to.
    `(name = "public-internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true)))`,
  );
  bindings.push('(name = "WEBHOOK_NETWORK", service = "public-internet")');
  const namespaces = settings.durableObjects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`${settings.name}-${className}`)},
      enableSql = true)`,
  );

  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (${
    places.heapMegabytes === undefined
      ? ""
      : `
  v8Flags = [${text(`--max-heap-size=${places.heapMegabytes}`)}],`
  }
  services = ${list(services)},
  sockets = [
    (name = "http", address = "127.0.0.1:${places.port}", http = (), service = "main"),
    (name = "cron", address = "127.0.0.1:0", http = (), service = "cron"),
  ],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${text(places.script)})],
  compatibilityDate = ${text(settings.compatibilityDate)},
  compatibilityFlags = [${settings.compatibilityFlags.map(text).join(", ")}],
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "durable-objects"),
);

const cron :Workerd.Worker = (
  modules = [(name = "cron.js", esModule = embed ${text(places.cronScript)})],
  compatibilityDate = ${text(settings.compatibilityDate)},
  compatibilityFlags = ["experimental", "service_binding_extra_handlers"],
  bindings = [(name = "MAIN", service = "main")],
);
`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n    ${items.join(",\n    ")},\n  ]`;
}

/** A text literal of Cap'n Proto: UTF-8, with the escapes of C. */
function text(value: string): string {
  const escaped = value.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (control) => {
    return `\\x${(control.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}
