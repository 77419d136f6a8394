// Of a query string all values are text: what is written like a value of another type is taken for one, all else is left
// for the schema to refuse.

/** The number that digits stand for. */
export function integerOf(sent: unknown): unknown {
  return typeof sent === "string" && /^\d{1,9}$/.test(sent) ? Number(sent) : sent;
}

/** The truth value that its name stands for. */
export function booleanOf(sent: unknown): unknown {
  if (sent === "true") return true;
  return sent === "false" ? false : sent;
}
