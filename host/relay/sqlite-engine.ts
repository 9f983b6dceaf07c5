/*
 * SQLite by the API of node:sqlite: Node's own where it has one (22.13 and newer), else the package that carries its binaries.
 */

export interface SqliteStatement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export async function openDatabase(path: string): Promise<SqliteDatabase> {
  const { DatabaseSync } = await engine();
  return new DatabaseSync(path) as unknown as SqliteDatabase;
}

async function engine(): Promise<{ DatabaseSync: new (path: string) => unknown }> {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const own = major > 22 || (major === 22 && minor >= 13);
  return (await import(own ? "node:sqlite" : "@photostructure/sqlite")) as { DatabaseSync: new (path: string) => unknown };
}
