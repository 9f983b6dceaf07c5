// Finds the files an import names: files as they are, folders walked to the bottom. The only file of this floor that touches a disk.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface SourceFile {
  /** As the user wrote it, folders extended by the path inside. */
  path: string;
  lengthBytes: number;
  read(): Promise<Uint8Array>;
}

/**
 * The files under `paths`, folders in order of names (by code unit), so that two walks of the same folder agree. Names that begin with a
 * dot are passed over inside folders, and so are links to folders, pipes and devices. Throws what the disk throws (ENOENT, EACCES).
 */
export async function sourceFiles(paths: string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const path of paths) {
    const about = await stat(path);
    if (about.isDirectory()) await walk(path, found);
    else found.push(source(path, about.size));
  }
  return found;
}

async function walk(folder: string, found: SourceFile[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await walk(path, found);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      const about = await stat(path).catch(() => undefined);
      if (about?.isFile()) found.push(source(path, about.size));
    }
  }
}

function source(path: string, lengthBytes: number): SourceFile {
  return { path, lengthBytes, read: () => readFile(path) };
}
