import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { markup } from "../../src/transcripts/markup";

describe("Markup", () => {
  it("escapes what is put into it, for text and for attributes", () => {
    const name = `<b> & "it's"`;
    const escaped = "&lt;b&gt; &amp; &quot;it&#39;s&quot;";
    assert.equal(markup`<p title="${name}">${name}</p>`.source, `<p title="${escaped}">${escaped}</p>`);
  });

  it("takes markup as it is, one after another, and nothing for what is absent", () => {
    const items = ["a", "b"].map((item) => markup`<li>${item}</li>`);
    assert.equal(markup`<ul>${items}${undefined}${3}</ul>`.source, "<ul><li>a</li><li>b</li>3</ul>");
  });
});
