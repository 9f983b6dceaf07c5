// The files inside a zip, for an import. Callers may take for granted: nothing is written anywhere, a name is only a name, and a small file
// cannot ask for more memory than the limits here.
import { unzipSync } from "fflate";

export interface ZippedFile {
  name: string;
  bytes: Uint8Array;
}

const fileBytesMax = 64 << 20;
const allBytesMax = 512 << 20;
const filesMax = 100_000;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** The files, folders and names that begin with a dot left out. A string: why it cannot be read. */
export function zipFiles(bytes: Uint8Array): ZippedFile[] | string {
  let [sum, count] = [0, 0];
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (/\/$|(?:^|\/)\.[^./]/.test(name)) return false;
        sum += originalSize;
        if (originalSize > fileBytesMax || sum > allBytesMax || ++count > filesMax) throw new Error("it would unpack to more than 512 MiB");
        return true;
      },
    });
    return Object.entries(files).map(([name, content]) => ({ name, bytes: content }));
  } catch (error) {
    return `the zip cannot be read: ${error instanceof Error ? error.message : error}`;
  }
}
