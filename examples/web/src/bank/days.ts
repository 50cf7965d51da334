// Days and instants as people read them. The bank's days have no time zone of their own; a reader's zone must not move them.

export function dayText(day: string): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}

export function shortDayText(day: string): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}

export function timeText(instant: string): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(new Date(instant));
}

/** Tomorrow where the reader is, as the bank writes days. */
export function tomorrow(now: Date): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
