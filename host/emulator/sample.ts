/*
 * Twenty-five invented people for a handset that has none yet. Their numbers belong to nobody: they are from ranges that
 * Ofcom and the NANPA keep free for fiction.
 */
const PEOPLE = `
Zoë Müller-Lüdenscheidt|+44 7700 900101|Brings the cake on Sunday
Søren Ångström|+44 7700 900102|
Łucja Żółkiewska|+44 7700 900103|Key under the third pot
François d'Été|+1-202-555-0104|
Nguyễn Ngọc Anh|+44 7700 900105|
Jürgen Çelik|+1-202-555-0106|Plumber; ask for the small van
Siân O'Brádaigh|+44 7700 900107|
Žofie Dvořák|+44 7700 900108|
Ólafur Þórsdóttir|+1-202-555-0109|Birthday 29 February
Íris Peña y Núñez|+1-202-555-0110|
Анна Соколова|+44 7700 900111|
Олександра Їжакевич|+44 7700 900112|Choir, Thursdays
Ђорђе Љубић|+44 7700 900113|
Ελένη Παπαδοπούλου|+44 7700 900114|
Ιάσων Ξένου|+1-202-555-0115|
فاطمة الحدّاد|+44 7700 900116|
נועה כהנא|+44 7700 900117|
ליאור בן־דוד|+44 7700 900118|Spare room from the 12th
प्रिया श्रीवास्तव|+1-202-555-0119|
歐陽秀英|+44 7700 900120|
渡邉 さくら|+44 7700 900121|
東海林 健太|+1-202-555-0122|
선우지우|+44 7700 900123|
กัญญา ศรีสุข|+44 7700 900124|
Grandmother|+44 7700 900125|Let it ring for long
`;

export const SAMPLE_NAME = "people.vcf";

/** One vCard 3.0 file; importing it twice adds nobody. */
export function sampleCards(): string {
  const people = PEOPLE.trim().split("\n");
  return people.map((line, index) => card(line.split("|"), index + 1)).join("");
}

function card([name, phone, note]: string[], number: number): string {
  const lines = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    `UID:invented-${number}@holdfast.example`,
    `FN:${name}`,
    `N:;${name};;;`,
    `TEL;TYPE=CELL:${phone}`,
    `EMAIL:person.${number}@example.org`,
    ...(note ? [`NOTE:${note.replaceAll(";", "\\;").replaceAll(",", "\\,")}`] : []),
    "END:VCARD",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}
