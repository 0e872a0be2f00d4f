/** Numbers, sizes and dates as a language writes them. */
export interface Formats {
  /** With so many decimals. */
  number(value: number, decimals: number): string;
  /** In as few digits as tell it: 1.2e-7, 0.0147. */
  small(value: number): string;
  /** With every digit. */
  full(value: number): string;
  /** A count with its thousands apart. */
  count(value: number): string;
  /** A share as a whole percentage. */
  percent(share: number): string;
  /** Bytes in kB or MB (10³, 10⁶). */
  bytes(value: number): string;
  /** Date and time of an ISO 8601 moment. */
  moment(iso: string): string;
  /** A day such as 2026-01-31, whatever the time zone. */
  day(iso: string): string;
}

/** Formats of a language, such as "de". */
export function formatsOf(language: string): Formats {
  const count = new Intl.NumberFormat(language);
  const full = new Intl.NumberFormat(language, { maximumSignificantDigits: 17 });
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const number = (value: number, decimals: number) =>
    new Intl.NumberFormat(language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(value);
  return {
    number,
    small: (value) => smallIn(language, value),
    full: (value) => full.format(value),
    count: (value) => count.format(value),
    percent: (share) => percent.format(share),
    bytes: (value) => {
      if (value < 1e6) return `${number(value / 1e3, value < 1e4 ? 1 : 0)} kB`;
      return `${number(value / 1e6, value < 1e7 ? 1 : 0)} MB`;
    },
    moment: (iso) => moment.format(new Date(iso)),
    day: (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? day.format(new Date(iso)) : iso),
  };
}

function smallIn(language: string, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const tiny = value !== 0 && Math.abs(value) < 1e-3;
  const format = new Intl.NumberFormat(language, {
    maximumSignificantDigits: tiny ? 2 : 5,
    notation: tiny ? "scientific" : "standard",
  });
  return format.format(value);
}

/** Two numbers with as many decimals, two at least, as tell them apart. */
export function decimalsApart(one: number, other: number): number {
  for (let digits = 2; digits < 16; digits++) {
    if (one === other || one.toFixed(digits) !== other.toFixed(digits)) return digits;
  }
  return 16;
}
