/** One line of the table: what was measured, against what, and whether it is good enough. */
export interface Figure {
  figure: string;
  ours: string;
  /** The same thing done without us, measured in the same run. */
  baseline?: string;
  ratio?: string;
  limit?: string;
  /** Left out where a figure is told but has no limit. */
  met?: boolean;
}

/** A group of figures that are measured together. */
export interface Benchmark {
  /** What it is called on the command line. */
  name: string;
  /** One line on what is measured. */
  about: string;
  run(): Promise<Figure[]>;
}

/** A number with so many digits behind the point, grouped by thousands. */
export function digits(value: number, places = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

export function times(ratio: number): string {
  return `${digits(ratio, 2)}×`;
}

const HEADINGS = ["figure", "ours", "baseline", "ratio", "limit", "verdict"];

/** All figures as one table of plain text. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    HEADINGS,
    ...figures.map((one) => [
      one.figure,
      one.ours,
      one.baseline ?? "",
      one.ratio ?? "",
      one.limit ?? "",
      verdict(one),
    ]),
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

function verdict({ met }: Figure): string {
  if (met === undefined) return "";
  return met ? "met" : "MISSED";
}
