import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { killServer } from "../../dev/postgres/postmaster-file.ts";
import { findProcess } from "../../dev/postgres/process-table.ts";
import { reachableDataDir, startPostgres } from "../../dev/postgres.ts";
import type { LocalPostgres, PostgresOptions } from "../../dev/postgres.ts";

const FAST = { fsync: "off" };
const IS_ROOT = process.getuid?.() === 0;

let base: string;
let lines: string[];
let servers: LocalPostgres[];
let owners: ChildProcess[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "serialmint-postgres-"));
  chmodSync(base, 0o755);
  lines = [];
  servers = [];
  owners = [];
});
afterEach(async () => {
  for (const owner of owners) owner.kill("SIGKILL");
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(base, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<LocalPostgres> {
  const server = await startPostgres({
    dataDir: join(base, "data"),
    settings: FAST,
    log: (line) => lines.push(line),
    ...options,
  });
  servers.push(server);
  return server;
}

async function query(server: LocalPostgres, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url("postgres") });
  // The server is ended while connected in some tests.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Starts Postgres in a Node process of its own, which the test may kill. */
async function startInOwner(dataDir: string): Promise<{ owner: ChildProcess; pid: number }> {
  const launcher = JSON.stringify(join(import.meta.dirname, "../../dev/postgres.ts"));
  const script = `
    const { startPostgres } = await import(${launcher});
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ pid: server.pid }));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  owners.push(owner);
  const line = await new Promise<string>((resolve, reject) => {
    owner.stdout.on("data", (chunk: Buffer) => resolve(chunk.toString()));
    owner.once("exit", (code) => reject(new Error(`the owner ended with ${code}`)));
  });
  const said: unknown = JSON.parse(line);
  if (typeof said !== "object" || said === null || !("pid" in said)) throw new Error(line);
  return { owner, pid: Number(said.pid) };
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

test("the first start makes a UTF-8 cluster on the loopback alone, the next keeps its data", async () => {
  const first = await start();
  expect(await query(first, "create table kept as select upper('é') as t")).toEqual([]);
  expect(
    await query(
      first,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale,
        current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
        current_setting('unix_socket_directories') as sockets, current_setting('timezone') as zone
        from pg_database where datname = 'postgres'`,
    ),
  ).toEqual([
    {
      encoding: "UTF8",
      provider: "b",
      locale: "C.UTF-8",
      addresses: "127.0.0.1",
      fsync: "off",
      sockets: "",
      zone: "UTC",
    },
  ]);
  await first.stop();
  expect(findProcess(first.pid)).toBeNull();

  const second = await start();
  expect(await query(second, "select t from kept")).toEqual([{ t: "É" }]);
  expect(readFileSync(join(base, "data", "postgres.log"), "utf8")).toContain("ready to accept");
  expect(lines).toEqual([]);
});

test("stop ends open connections, and a second stop does nothing", async () => {
  const server = await start();
  const client = new Client({ connectionString: server.url("postgres") });
  const ended = new Promise((resolve) => client.once("end", resolve));
  client.on("error", () => undefined);
  await client.connect();
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  await server.kill();
  await ended;
});

test("two servers on different folders run side by side", async () => {
  const [one, two] = await Promise.all([
    start({ dataDir: join(base, "one") }),
    start({ dataDir: join(base, "two") }),
  ]);
  expect(one.port).not.toBe(two.port);
  expect(await query(one, "select 1 as x")).toEqual([{ x: 1 }]);
  expect(await query(two, "select 2 as x")).toEqual([{ x: 2 }]);
});

test("a second start on the same folder is refused, in this process and from another", async () => {
  const server = await start();
  await expect(start()).rejects.toThrow(/already runs on .*started by this process/);
  const other = join(base, "other");
  const { owner } = await startInOwner(other);
  await expect(start({ dataDir: other })).rejects.toThrow(`started by process ${owner.pid}`);
  expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
});

test("two starts at once on one new folder: one wins, the other is told", async () => {
  const results = await Promise.allSettled([start(), start()]);
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(String(refused[0]?.reason)).toContain("already runs");
  expect(servers).toHaveLength(1);
  for (const server of servers) expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
});

test("SIGKILL of the whole server loses nothing that was committed", async () => {
  const first = await start({ settings: {} });
  await query(first, "create table kept as select generate_series(1, 1000) as n");
  const sleeper = query(first, "select pg_sleep(60)").catch((error: unknown) => error);
  await first.kill();
  expect(await sleeper).toBeInstanceOf(Error);
  expect(findProcess(first.pid)).toBeNull();
  expect(existsSync(join(base, "data", "postmaster.pid"))).toBe(true);

  const second = await start({ settings: {} });
  expect(await query(second, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
});

test("owner and server killed together: the next start works", async () => {
  const dataDir = join(base, "data");
  const { owner, pid } = await startInOwner(dataDir);
  owner.kill("SIGKILL");
  await killServer(pid);
  await gone(owner);
  const server = await start();
  expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
});

test("the owner killed alone leaves an orphan, which the next start stops", async () => {
  const { owner, pid } = await startInOwner(join(base, "data"));
  owner.kill("SIGKILL");
  await gone(owner);
  expect(findProcess(pid)).not.toBeNull();
  const server = await start();
  expect(server.pid).not.toBe(pid);
  expect(findProcess(pid)).toBeNull();
  expect(lines).toEqual([expect.stringContaining(`Stopping Postgres (process ${pid})`)]);
});

test("an owner that just ends takes its server along", async () => {
  const launcher = JSON.stringify(join(import.meta.dirname, "../../dev/postgres.ts"));
  const script = `
    const { startPostgres } = await import(${launcher});
    const server = await startPostgres({ dataDir: ${JSON.stringify(join(base, "data"))} });
    process.stdout.write(String(server.pid), () => process.exit());`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let pid = "";
  owner.stdout.on("data", (chunk: Buffer) => (pid += chunk.toString()));
  await gone(owner);
  while (findProcess(Number(pid)) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
  const server = await start();
  expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
});

test.runIf(existsSync("/proc/self/stat"))(
  "the terminal's Ctrl-C does not reach the server: it has a session of its own",
  async () => {
    const server = await start();
    // Field 6 of stat is the session (proc_pid_stat(5)).
    const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8");
    expect(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]).toBe(String(server.pid));
  },
);

test.runIf(existsSync("/proc/self/stat"))(
  "a pid file that names another living process is not believed",
  async () => {
    await (await start()).stop();
    const file = join(base, "data", "postmaster.pid");
    writeFileSync(
      file,
      `${process.pid}\n${join(base, "data")}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`,
    );
    await start();
    expect(lines).toEqual([expect.stringContaining("Removing a stale postmaster.pid")]);
  },
);

test("a pid file that names a zombie is not believed", async () => {
  await (await start()).stop();
  // A shell that has become `sleep` never reaps its child, so that stays a zombie.
  const parent = spawn("/bin/sh", ["-c", "/bin/true & echo $!; exec /bin/sleep 600"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  owners.push(parent);
  const zombie = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  while (findProcess(zombie) !== null) await new Promise((resolve) => setTimeout(resolve, 5));
  const file = join(base, "data", "postmaster.pid");
  writeFileSync(file, `${zombie}\n${join(base, "data")}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`);
  await start();
});

test("a folder left half-made beside is removed with a line, and a whole one is made", async () => {
  // The pid is above the largest that Linux gives out, so nobody has it.
  const half = join(base, "data.half-4194999");
  mkdirSync(half);
  writeFileSync(join(half, "PG_VERSION"), "18\n");
  const server = await start();
  expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
  expect(lines).toEqual([expect.stringContaining("half-made")]);
  expect(readdirSync(base).filter((name) => name.includes("half"))).toEqual([]);
});

test("a first start that is killed while it initialises leaves no data folder behind", async () => {
  const dataDir = join(base, "data");
  const launcher = JSON.stringify(join(import.meta.dirname, "../../dev/postgres.ts"));
  const script = `
    const { startPostgres } = await import(${launcher});
    await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script]);
  owners.push(owner);
  const half = `data.half-${owner.pid}`;
  const begun = (): boolean => existsSync(join(base, half, "PG_VERSION"));
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 1));
  owner.kill("SIGKILL");
  await gone(owner);
  expect(existsSync(dataDir)).toBe(false);
  const server = await start();
  expect(await query(server, "select 1 as x")).toEqual([{ x: 1 }]);
  expect(existsSync(join(base, half))).toBe(false);
});

test("a folder that was not finished elsewhere, or holds other things, is refused and kept", async () => {
  const dataDir = join(base, "data");
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "PG_VERSION"), "18\n");
  await expect(start()).rejects.toThrow(/not finished.*Remove it/);
  expect(existsSync(join(dataDir, "PG_VERSION"))).toBe(true);
  rmSync(join(dataDir, "PG_VERSION"));
  writeFileSync(join(dataDir, "letters.txt"), "");
  await expect(start()).rejects.toThrow(/holds other things/);
  rmSync(join(dataDir, "letters.txt"));
  await start();
});

test("a folder of another major version is refused", async () => {
  await (await start()).stop();
  writeFileSync(join(base, "data", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toThrow(/belongs to Postgres 17.*this is 18/);
});

test("a port in use, and a setting that is none, are told clearly", async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) =>
    blocker.listen(0, "127.0.0.1", () => {
      const address = blocker.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
  await expect(start({ port })).rejects.toThrow(`Port ${port} is in use`);
  await new Promise((resolve) => blocker.close(resolve));
  await expect(start({ settings: { nonsense: 1 } })).rejects.toThrow(/unrecognized.*nonsense/);
  const server = await start({ port });
  expect(server.port).toBe(port);
});

test.runIf(IS_ROOT)("root runs it as another user, who owns the folder", async () => {
  const server = await start();
  const { uid } = statSync(join(base, "data"));
  expect(uid).not.toBe(0);
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(uid));
});

test.runIf(IS_ROOT)(
  "a folder that this user cannot reach is refused with the command",
  async () => {
    const closed = join(base, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const start1 = start({ dataDir: join(closed, "deep", "data") });
    await expect(start1).rejects.toThrow(`chmod o+x ${closed}`);
    chmodSync(closed, 0o711);
    await start({ dataDir: join(closed, "deep", "data") });
  },
);

test.runIf(IS_ROOT)("reachableDataDir goes elsewhere only where it must", () => {
  expect(reachableDataDir(join(base, "data"))).toBe(join(base, "data"));
  const closed = join(base, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const elsewhere = reachableDataDir(join(closed, "data"));
  expect(elsewhere).toMatch(/^\/var\/tmp\/serialmint-[0-9a-f]{12}\/data$/);
  expect(reachableDataDir(join(closed, "data"))).toBe(elsewhere);
  rmSync(dirname(elsewhere), { recursive: true });
});

test("a strict umask and missing folders above are no hindrance", async () => {
  const launcher = JSON.stringify(join(import.meta.dirname, "../../dev/postgres.ts"));
  const dataDir = JSON.stringify(join(base, "a", "b", "data"));
  const script = `
    process.umask(0o077);
    const { startPostgres } = await import(${launcher});
    const server = await startPostgres({ dataDir: ${dataDir} });
    await server.stop();`;
  const args = ["--input-type=module", "-e", script];
  const owner = spawn(process.execPath, args, { stdio: "inherit" });
  await gone(owner);
  expect(owner.exitCode).toBe(0);
});
