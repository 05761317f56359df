/** Who connects to which database, as the connection string says. */
export interface Target {
  connectionString: string;
  database: string;
}

/** What is wrong with a connection string, in the words that the answer carries. */
export interface BadConnectionString {
  ok: false;
  message: string;
}

/**
 * Reads the `Neon-Connection-String` header by the rules of Neon's proxy (`get_conn_info`), with two
 * differences: an IP address is a host here, since local databases have no name, and the password
 * may be left out, since local ones trust the loopback. A password that is there is sent.
 */
export function parseConnectionString(
  header: string | undefined,
): { ok: true; value: Target } | BadConnectionString {
  if (header === undefined) return bad("invalid header: neon-connection-string");
  let url: URL;
  try {
    url = new URL(header);
  } catch {
    return bad("invalid connection string: it is not a URL");
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    return bad("incorrect scheme");
  }
  let database: string;
  try {
    database = decodeURIComponent(url.pathname.split("/")[1] ?? "");
    if (decodeURIComponent(url.username) === "") return bad("missing username");
  } catch {
    return bad("invalid connection string: bad percent-encoding");
  }
  if (database === "") return bad("missing database name");
  if (url.hostname === "") return bad("missing hostname");
  return { ok: true, value: { connectionString: header, database } };
}

function bad(message: string): BadConnectionString {
  return { ok: false, message };
}
