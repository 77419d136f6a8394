/** Rounded to hundredths: no source tells a time or a confidence more exactly than that. */
export function toHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
