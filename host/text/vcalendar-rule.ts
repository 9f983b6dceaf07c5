// Repetition as vCalendar 1.0 writes it (versit, vCalendar 1.0 §2.1.16: `W2 TU TH #10`), in words of iCalendar. Phones of 2009 wrote it.

const UNITS: Record<string, string> = { D: "DAILY", W: "WEEKLY", MP: "MONTHLY", MD: "MONTHLY", YM: "YEARLY", YD: "YEARLY" };

/** The same rule as a RRULE of RFC 5545; one that is no vCalendar rule comes back as it is. An end by date counts as a day. */
export function modernRule(rule: string): string {
  const [, unit = "", interval = "1", rest = ""] = /^(D|W|MP|MD|YM|YD)(\d+)(.*)$/is.exec(rule.trim()) ?? [];
  if (unit === "") return rule;
  const words = rest.trim().toUpperCase().split(/\s+/).filter(Boolean);
  const end = words.find((word) => /^(#\d+|\d{8}(T\d{6}Z?)?)$/.test(word));
  const parts = [`FREQ=${UNITS[unit.toUpperCase()]}`, `INTERVAL=${Math.max(1, Number(interval))}`];
  parts.push(
    ...byParts(
      unit.toUpperCase(),
      words.filter((word) => word !== end && !/^#/.test(word)),
    ),
  );
  if (end?.startsWith("#") && end !== "#0") parts.push(`COUNT=${end.slice(1)}`); // #0: for ever
  if (end !== undefined && !end.startsWith("#")) parts.push(`UNTIL=${end}`);
  if (end === undefined) parts.push("COUNT=2"); // the default of §2.1.16
  return parts.join(";");
}

function byParts(unit: string, words: readonly string[]): string[] {
  if (words.length === 0) return [];
  if (unit === "W")
    return [`BYDAY=${words.filter((word) => /^(SU|MO|TU|WE|TH|FR|SA)$/.test(word)).join(",")}`].filter((part) => part !== "BYDAY=");
  if (unit === "MD") return [`BYMONTHDAY=${words.map((word) => (word === "LD" ? "-1" : signed(word))).join(",")}`];
  if (unit === "YM") return [`BYMONTH=${words.join(",")}`];
  if (unit === "YD") return [`BYYEARDAY=${words.join(",")}`];
  return unit === "MP" ? [`BYDAY=${placed(words).join(",")}`] : [];
}

/** `1+ MO TU 2- FR`: each day with the place before it. */
function placed(words: readonly string[]): string[] {
  const days: string[] = [];
  let place = "";
  for (const word of words) {
    if (/^\d[+-]$/.test(word)) place = signed(word);
    else days.push(`${place}${word}`);
  }
  return days;
}

/** `2+` is 2, `1-` is -1. */
function signed(word: string): string {
  return word.endsWith("-") ? `-${word.slice(0, -1)}` : word.replace("+", "");
}
