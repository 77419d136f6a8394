/**
 * Reads CSV by RFC 4180 to the letter: every line ends in CR LF, quotes stand only round a field or doubled within one, and
 * all rows are of the same length. https://www.rfc-editor.org/rfc/rfc4180
 * @throws Error where it is not
 */
export function parseCsv(file: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (field.lastIndex < file.length) {
    const at = field.lastIndex;
    const found = field.exec(file);
    if (!found) throw new Error(`not CSV: ${JSON.stringify(file.slice(at, at + 80))}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error("the last line has no end");
  if (rows.some(({ length }) => length !== rows[0]?.length)) throw new Error("rows differ in length");
  return rows;
}
