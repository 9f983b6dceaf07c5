/*
 * What a backup says of itself to somebody who has no Holdfast: a text, and a page that any browser shows.
 */
import type { Manifest } from "./manifest.js";

export const README = `This is a backup of a handset, made by Holdfast. It is a zip file, and nothing in it needs Holdfast to be read.

  contact/*.vcf            address book: vCard files, as they were on the handset, byte for byte
  event/*.ics todo/*.ics   calendar and to-dos: iCalendar components (put BEGIN:VCALENDAR and VERSION:2.0 before them, END:VCALENDAR behind)
  note/*.txt note/*.ics    notes and diary
  mail/*.eml message/*     mails (RFC 5322) and messages
  photo/*.jpg              pictures
  vault/*                  passwords and money notes, as they were stored
  index.html               this backup as a page: open it in any browser after unpacking
  manifest.json            the list of all records

manifest.json
  storeId, made, toLsn     which store, when, and the number of the newest change in this backup
  records                  one object a record: kind, id, lsn (place in the order of changes), wallMs (milliseconds since 1970 UTC),
                           bytes and sha256 of its body, label, meta (CBOR, RFC 8949, in hex; an index that can be made anew), path
  base                     null: everything is here. Otherwise the name and SHA-256 of an earlier backup, which lies beside this one:
                           a record without path has its body there, under the same kind and id
  damaged                  what could not be read when the backup was made; it is not in it

To check a record by hand: unzip, then  sha256sum contact/ID.vcf  and compare with sha256 in manifest.json.
To put it back:  holdfast restore THIS-FILE -i handset.flash
`;

/** A page without scripts: every record by kind, with a link to its file. */
export function indexPage(manifest: Manifest): string {
  const kinds = [...new Set(manifest.records.map((record) => record.kind))];
  const sections = kinds.map((kind) => {
    const rows = manifest.records.filter((record) => record.kind === kind);
    const items = rows.map(({ id, label, wallMs, path, bytes }) => {
      const name = escaped(label ?? id);
      const shown =
        path === undefined ? `${name} <small>(in ${escaped(manifest.base?.file ?? "")})</small>` : `<a href="${path}">${name}</a>`;
      return `<li>${shown} <small>${new Date(wallMs).toISOString().slice(0, 10)}, ${bytes} bytes</small></li>`;
    });
    return `<h2>${kind} (${rows.length})</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Holdfast backup of ${escaped(manifest.made)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}small{color:#555}</style>
<h1>Backup of ${escaped(manifest.made)}</h1>
<p>${manifest.records.length} records of store ${escaped(manifest.storeId)}. README.txt describes the files.</p>
${sections.join("\n")}
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
