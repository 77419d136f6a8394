import assert from "node:assert/strict";

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** One of a form's inputs, as a browser sees it. */
interface Input {
  type: string;
  name: string;
  value: string;
  isChecked: boolean;
}

/** The consent page as a browser without scripts has it. */
export class ConsentPage {
  readonly inputs: Input[];

  private constructor(
    readonly url: string,
    readonly status: number,
    readonly text: string,
  ) {
    this.inputs = [...text.matchAll(/<input ([^>]*)>/g)].map(([, written = ""]) => readInput(written));
  }

  static async open(url: string): Promise<ConsentPage> {
    const response = await fetch(url, { redirect: "manual" });
    return new ConsentPage(url, response.status, await response.text());
  }

  /** What is chosen when nothing is changed. */
  get chosenAccount(): string | undefined {
    return this.inputs.find(({ type, isChecked }) => type === "radio" && isChecked)?.value;
  }

  get accounts(): string[] {
    return this.inputs.filter(({ type }) => type === "radio").map(({ value }) => value);
  }

  /** Presses a button; gives where the browser is sent. */
  async press(
    decision: "allow" | "deny",
    { account = this.chosenAccount, without = [] }: { account?: string | undefined; without?: string[] } = {},
  ): Promise<URL> {
    assert.match(this.text, new RegExp(`<button type="submit" name="decision" value="${decision}"`));
    const [, action = ""] = /<form method="post" action="([^"]*)"/.exec(this.text) ?? [];
    const body = new URLSearchParams({ decision });
    for (const { type, name, value, isChecked } of this.inputs) {
      const isSent = type === "radio" ? value === account : type === "hidden" || isChecked;
      if (isSent && !without.includes(value)) body.append(name, value);
    }
    const response = await fetch(new URL(action, this.url), { method: "POST", body, redirect: "manual" });
    assert.equal(response.status, 302, await response.text());
    return new URL(response.headers.get("location") ?? "");
  }
}

/** Opens the page, allows everything, and gives the code that comes back. */
export async function codeFor(url: string): Promise<string> {
  const back = await (await ConsentPage.open(url)).press("allow");
  return back.searchParams.get("code") ?? assert.fail(`No code: ${back}`);
}

function readInput(written: string): Input {
  const attribute = (name: string) => {
    const value = new RegExp(`\\b${name}="([^"]*)"`).exec(written)?.[1] ?? "";
    return value.replace(/&([^;]+);/g, (_, entity: string) => ENTITIES[entity] ?? assert.fail(entity));
  };
  return {
    type: attribute("type"),
    name: attribute("name"),
    value: attribute("value"),
    isChecked: / checked$/.test(written),
  };
}
