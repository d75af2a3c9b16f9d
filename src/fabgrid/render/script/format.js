// Numbers, dates and periods as a reader sees them.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// "2026-03-14" -> "14 Mar 2026", "2026-03" -> "Mar 2026"
export function day(iso) {
  const [year, month, date] = iso.split("-");
  return [date && String(Number(date)), month && MONTHS[Number(month) - 1], year].filter(Boolean).join(" ");
}

const STEPS = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]];

export function quantity({ value, unit }) {
  const [size, letter] = STEPS.find(([step]) => Math.abs(value) >= step && unit !== "%") ?? [1, ""];
  const number = Number((value / size).toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 4 });
  return unit === "%" ? `${number}%` : `${number}${letter}${unit ? ` ${unit}` : ""}`;
}

// A number that orders periods: "Q1 2026" before "Q2 2026" before "2027"; else the article's date.
export function periodOrder(period, date) {
  const year = /\b(?:19|20)\d\d\b/.exec(period ?? "");
  if (!year) return date ? Number(date.slice(0, 4)) + Number(date.slice(5, 7)) / 12 : 0;
  const quarter = /\bQ([1-4])\b/i.exec(period);
  const month = MONTHS.findIndex((name) => new RegExp(`\\b${name}`, "i").test(period));
  return Number(year[0]) + (quarter ? Number(quarter[1]) / 4 - 0.01 : month >= 0 ? (month + 1) / 12 : 0.995);
}

export const percent = (share) => `${Math.round(share * 100)}%`;
