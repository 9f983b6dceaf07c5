// iCalendar and vCalendar dates to milliseconds since 1970 UTC, for sorting and lists. The text stays the truth.

/**
 * The instant of `20091002T080000Z`, `20091002T080000` or `20091002` (also with dashes and colons); undefined where there is none.
 * `timeZone` is the TZID of a local time; a local time in an unknown or no zone, and a whole day, is taken as if in UTC.
 */
export function instantMs(value: string, timeZone?: string): number | undefined {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?/.exec(value.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const valid = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 60;
  if (!valid || !Number.isFinite(utcMs)) return undefined;
  if (match[4] === undefined || match[7] === "Z" || !timeZone) return utcMs;
  // The offset is looked up twice: the first answer may be that of the other side of a clock change.
  const guessMs = utcMs - offsetMs(utcMs, timeZone);
  return utcMs - offsetMs(guessMs, timeZone);
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function zoneFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone);
  let format: Intl.DateTimeFormat | undefined;
  try {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", era: "short", ...fields });
  } catch {
    // a zone of the file's own making
  }
  if (formats.size < 1000) formats.set(timeZone, format);
  return format;
}

/** How far `timeZone` is ahead of UTC at an instant; 0 for a zone nobody knows. */
function offsetMs(utcMs: number, timeZone: string): number {
  const format = zoneFormat(timeZone);
  if (!format) return 0;
  const field = Object.fromEntries(format.formatToParts(utcMs).map((part) => [part.type, Number(part.value)])) as Record<string, number>;
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - utcMs;
}
