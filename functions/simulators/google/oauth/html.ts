import type { Answer } from "../api.js";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML that is safe to put in a page; made by {@link html} alone. */
export class Html {
  constructor(readonly text: string) {}
}

/** A template whose values are escaped, unless they are {@link Html} themselves or lists of it. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index] ?? "")).join(""));
}

function textOf(value: string | number | Html | Html[]): string {
  if (Array.isArray(value)) return value.map(({ text }) => text).join("");
  return value instanceof Html
    ? value.text
    : String(value).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; background: #f0f4f9; color: #1f1f1f; margin: 0; }
  main { max-width: 30rem; margin: 3rem auto; padding: 2rem; background: #fff; border-radius: 1rem; }
  h1 { font-size: 1.4rem; font-weight: 500; }
  .simulated { background: #fff3cd; padding: .5rem 1rem; border-radius: .5rem; }
  code { overflow-wrap: anywhere; }
  fieldset { border: 1px solid #dadce0; border-radius: .5rem; margin: 1rem 0; }
  label { display: block; padding: .25rem 0; }
  small { color: #5f6368; }
  button { font: inherit; padding: .5rem 1.5rem; border-radius: 2rem; border: 1px solid #747775; background: #fff; }
  button[value="allow"] { background: #0b57d0; border-color: #0b57d0; color: #fff; }
`;

/** A whole page, which runs no script and is shown in no frame. */
export function pageAnswer(status: number, title: string, content: Html): Answer {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<p class="simulated"><strong>Simulated.</strong> This is not Google: no real account is asked for or used.</p>
${content}
</main>
</body>
</html>
`;
  return {
    status,
    html: page.text,
    headers: {
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    },
  };
}
