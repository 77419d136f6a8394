/** What no text needs: controls but for white space, and what turns the direction of all that follows. */
const CONTROLS = /[[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]--[\t\n\v\f\r\u0085]]/gv;
const WHITE_SPACE = /[\s\u0085]+/g;

/** A text on one line, so that nobody's words can pass for another line: without controls, each white space a blank. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(CONTROLS, "").replace(WHITE_SPACE, " ").trim();
}
