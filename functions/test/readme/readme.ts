import { readFunctionsFile } from "../support/repositoryFiles";

/** The text of the repository's README. */
export const README = readFunctionsFile("../README.md");

/** The code blocks of a language, in their order. */
export function codeBlocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, written]) => written === language)
    .map(([, , code]) => code ?? "");
}

/** The rows of the table under a heading, the `index`th one there, each as its cells, without the header. */
export function tableUnder(heading: string, index = 0): string[][] {
  const start = README.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`README.md has no heading "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const rest = README.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  const section = end < 0 ? rest : rest.slice(0, end);
  const table = section.match(/(^\|.*\|$\n?)+/gm)?.[index];
  if (!table) throw new Error(`README.md has no table ${index} under "${heading}"`);
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) => row.slice(1, -1).split(/(?<!\\)\|/))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The first `…` of a text. */
export function quoted(text: string | undefined): string {
  return /`([^`]+)`/.exec(text ?? "")?.[1] ?? "";
}
