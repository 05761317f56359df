/**
 * `npm run schema`: writes schema.sql, the schema that the migrations come to, so that a change of
 * it can be read in one place. A test fails when the file is stale.
 */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";

import { startPostgres } from "../dev/postgres.ts";
import { migrate } from "./migrate.ts";

/** Where the schema is kept. */
export const schemaFile = path.resolve(import.meta.dirname, "../schema.sql");

const heading = `-- The schema as the migrations in drizzle/ leave it, read from the catalogs of a database.
-- Written by \`npm run schema\`; change the migrations, not this file.
-- The roles serialmint_app, serialmint_rules and serialmint_keeper belong to the whole server and have to be
-- there before.`;

/** The role that a grant names. */
interface Granted {
  readonly grantee: string;
  readonly privileges: string;
  readonly objects: string[];
}

/**
 * The schema of a migrated database as SQL: the same text for the same schema. It can be run on an
 * empty database of a server that has the role. Rejects when there is something in the schema that
 * it does not write, such as a view.
 */
export async function schemaText(client: pg.Client): Promise<string> {
  // What is in public is then written without its schema, what is elsewhere with it.
  await client.query("SET search_path = public");
  await refuseUnknownKinds(client);
  const sections: readonly (readonly [string, string[]])[] = [
    ["Extensions", await extensions(client)],
    ["Schemas", await schemas(client)],
    ["Types", [...(await enums(client)), ...(await domains(client))]],
    ["Tables", await tables(client)],
    ["Types of rows", await compositeTypes(client)],
    ["Indexes", await indexes(client)],
    ["References", await references(client)],
    ["Functions, in the order in which they were made", await functions(client)],
    ["Policies", await policies(client)],
    ["Owners", await owners(client)],
    ["Rights", await rights(client)],
    ["Comments", await comments(client)],
  ];
  const written = sections
    .filter(([, statements]) => statements.length > 0)
    .map(([title, statements]) => `-- ${title}\n\n${statements.join("\n\n")}`);
  return `${[heading, ...written].join("\n\n")}\n`;
}

/** Runs a query that answers one text column, called `line`. */
async function lines(client: pg.Client, query: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query);
  return rows.map(({ line }) => line);
}

/** A condition: the object is no part of an extension. */
const own = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = '${catalog}'::regclass
     AND d.objid = ${oid} AND d.deptype = 'e')`;

/** What this file cannot write must not be left out of it silently. */
async function refuseUnknownKinds(client: pg.Client): Promise<void> {
  const unknown = await lines(
    client,
    `SELECT 'relation ' || c.oid::regclass AS line FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND ${own("pg_class", "c.oid")}
       AND (c.relkind NOT IN ('r', 'i', 'S', 'c') OR c.relhasrules
            OR c.relispartition OR c.relpersistence NOT IN ('p', 'u'))
     UNION ALL
     SELECT 'sequence ' || c.oid::regclass FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'i')
     UNION ALL
     SELECT 'trigger ' || t.tgname FROM pg_trigger AS t
     JOIN pg_class AS c ON c.oid = t.tgrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
     UNION ALL
     SELECT 'type ' || t.oid::regtype FROM pg_type AS t
     WHERE t.typnamespace = 'public'::regnamespace AND t.typtype NOT IN ('b', 'c', 'd', 'e')
       AND ${own("pg_type", "t.oid")}
     UNION ALL
     SELECT 'routine ' || p.oid::regprocedure FROM pg_proc AS p
     WHERE p.pronamespace = 'public'::regnamespace AND p.prokind <> 'f'
       AND ${own("pg_proc", "p.oid")}
     ORDER BY line`,
  );
  if (unknown.length > 0) {
    throw new Error(`ops/schema.ts does not know how to write: ${unknown.join(", ")}`);
  }
}

function extensions(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'CREATE EXTENSION ' || quote_ident(extname) || ';' AS line FROM pg_extension
     WHERE extname <> 'plpgsql' ORDER BY extname`,
  );
}

function schemas(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'CREATE SCHEMA ' || quote_ident(nspname)
              || CASE WHEN nspowner = (SELECT datdba FROM pg_database WHERE datname = current_database())
                   THEN '' ELSE ' AUTHORIZATION ' || nspowner::regrole END || ';' AS line
     FROM pg_namespace
     WHERE nspname NOT IN ('public', 'drizzle', 'information_schema') AND nspname !~ '^pg_'
     ORDER BY nspname COLLATE "C"`,
  );
}

function enums(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'CREATE TYPE ' || t.oid::regtype || ' AS ENUM ('
              || string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) || ');' AS line
     FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid
     WHERE t.typnamespace = 'public'::regnamespace
     GROUP BY t.oid, t.typname ORDER BY t.typname COLLATE "C"`,
  );
}

/** Each with the function that its check calls, which then is there before others are. */
function domains(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT coalesce((
              SELECT string_agg(trim(E'\\n' FROM pg_get_functiondef(f.refobjid)), E';\\n\\n')
              FROM pg_constraint AS k
              JOIN pg_depend AS f ON f.classid = 'pg_constraint'::regclass AND f.objid = k.oid
               AND f.refclassid = 'pg_proc'::regclass
              WHERE k.contypid = t.oid
            ) || E';\\n\\n', '')
              || 'CREATE DOMAIN ' || t.oid::regtype || ' AS ' || format_type(t.typbasetype, t.typtypmod)
              || coalesce((SELECT ' COLLATE ' || quote_ident(c.collname) FROM pg_collation AS c
                           WHERE c.oid = t.typcollation AND c.collname <> 'default'), '')
              || coalesce((SELECT string_agg(' ' || pg_get_constraintdef(k.oid, true), '')
                           FROM pg_constraint AS k WHERE k.contypid = t.oid), '') || ';' AS line
     FROM pg_type AS t
     WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'd'
     ORDER BY t.typname COLLATE "C"`,
  );
}

/** The columns of a relation: type, collation where it is not the type's own, default, not null. */
const columns = `
  SELECT string_agg('  ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attcollation <> t.typcollation
                THEN ' COLLATE ' || quote_ident(l.collname) ELSE '' END
           || CASE
                WHEN a.attgenerated = 's'
                  THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid, true) || ') STORED'
                WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                WHEN a.attidentity = 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
                WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid, true)
                ELSE '' END
           || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, E',\\n' ORDER BY a.attnum)
  FROM pg_attribute AS a
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

function compositeTypes(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'CREATE TYPE ' || c.oid::regclass || E' AS (\\n' || (${columns}) || E'\\n);' AS line
     FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'c'
     ORDER BY c.relname COLLATE "C"`,
  );
}

/** Tables with their own constraints; those that refer to another table come when all are there. */
function tables(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT CASE c.relpersistence WHEN 'u' THEN 'CREATE UNLOGGED TABLE ' ELSE 'CREATE TABLE ' END
              || c.oid::regclass || E' (\\n' || (${columns})
              || coalesce((
                   SELECT string_agg(E',\\n  CONSTRAINT ' || quote_ident(k.conname) || ' '
                            || pg_get_constraintdef(k.oid, true), ''
                            ORDER BY array_position('{p,u,x,c}'::"char"[], k.contype),
                                     k.conname COLLATE "C")
                   FROM pg_constraint AS k
                   WHERE k.conrelid = c.oid AND k.contype NOT IN ('f', 'n')
                 ), '')
              || E'\\n)'
              || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '') || ';' AS line
     FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND ${own("pg_class", "c.oid")}
     ORDER BY c.relname COLLATE "C"`,
  );
}

async function indexes(client: pg.Client): Promise<string[]> {
  const found = await lines(
    client,
    `SELECT pg_get_indexdef(i.indexrelid) || ';' AS line
     FROM pg_index AS i
     JOIN pg_class AS t ON t.oid = i.indrelid
     JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE t.relnamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid
                         AND k.contype IN ('p', 'u', 'x'))
     ORDER BY t.relname COLLATE "C", c.relname COLLATE "C"`,
  );
  return found.length === 0 ? [] : [found.join("\n")];
}

async function references(client: pg.Client): Promise<string[]> {
  const found = await lines(
    client,
    `SELECT 'ALTER TABLE ' || k.conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(k.conname)
              || E'\\n  ' || pg_get_constraintdef(k.oid, true) || ';' AS line
     FROM pg_constraint AS k
     WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'f'
     ORDER BY k.conrelid::regclass::text COLLATE "C", k.conname COLLATE "C"`,
  );
  return found.length === 0 ? [] : [found.join("\n")];
}

/** By their ids, which grow as they are made: each then finds the ones that it is made of. */
function functions(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT trim(E'\\n' FROM pg_get_functiondef(p.oid)) || ';' AS line
     FROM pg_proc AS p
     WHERE p.pronamespace = 'public'::regnamespace AND ${own("pg_proc", "p.oid")}
     ORDER BY p.oid`,
  );
}

const list = (objects: readonly string[]): string => `\n  ${objects.join(",\n  ")}`;

/** What others than the owner may do, and which functions not everybody may call. */
async function rights(client: pg.Client): Promise<string[]> {
  const { rows: granted } = await client.query<Granted>(`
    WITH acl AS (
      SELECT 'SCHEMA ' || quote_ident(n.nspname) AS object, 1 AS place, n.nspowner AS owner, n.nspacl AS acl
      FROM pg_namespace AS n WHERE n.nspname IN ('public', 'counters')
      UNION ALL
      SELECT 'TABLE ' || c.oid::regclass, 2, c.relowner, c.relacl FROM pg_class AS c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND ${own("pg_class", "c.oid")}
      UNION ALL
      SELECT 'FUNCTION ' || p.oid::regprocedure, 3, p.proowner, p.proacl FROM pg_proc AS p
      WHERE p.pronamespace = 'public'::regnamespace AND ${own("pg_proc", "p.oid")}
    ), entry AS (
      SELECT a.object, a.place, pg_get_userbyid(e.grantee) AS grantee,
             string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type) AS privileges
      FROM acl AS a CROSS JOIN LATERAL aclexplode(a.acl) AS e
      WHERE e.grantee NOT IN (0, a.owner)
      GROUP BY a.object, a.place, e.grantee
    )
    SELECT grantee, privileges, array_agg(object ORDER BY object COLLATE "C") AS objects
    FROM entry GROUP BY grantee, privileges, place ORDER BY grantee, place, privileges`);
  const closed = await lines(
    client,
    `SELECT p.oid::regprocedure::text AS line FROM pg_proc AS p
     WHERE p.pronamespace = 'public'::regnamespace AND ${own("pg_proc", "p.oid")}
       AND p.proacl IS NOT NULL
       AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) AS e WHERE e.grantee = 0)
     ORDER BY p.oid::regprocedure::text COLLATE "C"`,
  );
  const revoked =
    closed.length === 0 ? [] : [`REVOKE EXECUTE ON FUNCTION${list(closed)}\nFROM PUBLIC;`];
  return [
    ...revoked,
    ...granted.map(({ grantee, privileges, objects }) => {
      const kind = objects[0]?.split(" ", 1)[0] ?? "";
      const names = objects.map((object) => object.slice(kind.length + 1));
      return `GRANT ${privileges} ON ${kind}${list(names)}\nTO ${grantee};`;
    }),
  ];
}

/** What holds whom to which rows of a table. */
function policies(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'ALTER TABLE ' || c.oid::regclass || ' ENABLE ROW LEVEL SECURITY'
              || CASE WHEN c.relforcerowsecurity THEN ', FORCE ROW LEVEL SECURITY' ELSE '' END || ';'
              || coalesce((
                   SELECT string_agg(E'\\nCREATE POLICY ' || quote_ident(p.polname) || ' ON ' || c.oid::regclass
                            || CASE p.polpermissive WHEN true THEN '' ELSE ' AS RESTRICTIVE' END
                            || CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT'
                                 WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' ELSE '' END
                            || CASE WHEN p.polroles = '{0}' THEN ''
                                 ELSE ' TO ' || (SELECT string_agg(r.role::regrole::text, ', ')
                                                 FROM unnest(p.polroles) AS r (role)) END
                            || coalesce(' USING (' || pg_get_expr(p.polqual, c.oid, true) || ')', '')
                            || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, c.oid, true) || ')', '')
                            || ';', '' ORDER BY p.polname COLLATE "C")
                   FROM pg_policy AS p WHERE p.polrelid = c.oid
                 ), '') AS line
     FROM pg_class AS c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
     ORDER BY c.relname COLLATE "C"`,
  );
}

/** The functions that run as another role than the one that migrates. */
function owners(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT string_agg('ALTER FUNCTION ' || p.oid::regprocedure || ' OWNER TO ' || p.proowner::regrole || ';',
                       E'\\n' ORDER BY p.oid::regprocedure::text COLLATE "C") AS line
     FROM pg_proc AS p
     WHERE p.pronamespace = 'public'::regnamespace AND ${own("pg_proc", "p.oid")}
       AND p.proowner <> (SELECT datdba FROM pg_database WHERE datname = current_database())
     GROUP BY p.proowner ORDER BY p.proowner::regrole::text`,
  );
}

function comments(client: pg.Client): Promise<string[]> {
  return lines(
    client,
    `SELECT 'COMMENT ON ' || upper(o.type) || ' ' || o.identity || ' IS '
              || quote_literal(d.description) || ';' AS line
     FROM pg_description AS d
     CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS o
     WHERE o.schema = 'public'
       AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.classoid
                         AND e.objid = d.objoid AND e.deptype = 'e')
     ORDER BY o.type, o.identity COLLATE "C"`,
  );
}

/** Migrates an empty database on a server of its own, and gives the text of its schema. */
async function freshSchema(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "serialmint-schema-"));
  // mkdtemp gives 0700, and Postgres runs as another user when we are root.
  await chmod(folder, 0o755);
  try {
    const settings = { fsync: "off", synchronous_commit: "off" };
    const postgres = await startPostgres({ dataDir: path.join(folder, "postgres"), settings });
    try {
      const url = postgres.url("postgres");
      await migrate(url);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return await schemaText(client);
      } finally {
        await client.end();
      }
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (import.meta.main) {
  await writeFile(schemaFile, await freshSchema());
  console.log("Wrote schema.sql.");
}
