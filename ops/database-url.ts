/**
 * The connection string that DATABASE_URL holds, for a command that the owner of the database runs.
 * Ends the command with exit code 1 when it is not set or is none; says then what to give, and never
 * its value, which may hold a password.
 */
export function requireDatabaseUrl(): string {
  const url = process.env["DATABASE_URL"];
  if (url === undefined || url === "") {
    console.error("Set DATABASE_URL to a direct (not pooled) connection of the database's owner.");
    process.exit(1);
  }
  if (/^postgres(ql)?:\/\/\S+$/.test(url) && URL.canParse(url)) return url;
  console.error(
    "DATABASE_URL is no connection string. Give postgresql://USER:PASSWORD@HOST/DATABASE, with " +
      "@, / and : in the password written as %40, %2F and %3A.",
  );
  process.exit(1);
}
