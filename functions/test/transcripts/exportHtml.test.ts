import assert from "node:assert/strict";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import type { Browser } from "playwright-core";
import { exportHtml, PAGE_POLICY } from "../../src/transcripts/exportHtml";
import { oneLine } from "../../src/transcripts/plainText";
import { saidParts } from "../../src/transcripts/saidParts";
import { launchBrowser } from "../support/browser";
import { HOSTILE, HUGE } from "./hostileTexts";
import { parsePage } from "./pageGrammar";
import { anyCall, sentenceAt, transcriptOf, turnAt } from "./sampleTranscript";

const CALL = {
  turns: [
    turnAt(0.5, "assistant", "Hello, this is Alex. Is now a good moment?"),
    turnAt(4, "user", "I want Monday."),
    turnAt(12, "assistant", "It will be there on Monday or on Tuesday.", {
      interrupted: true,
      heardMs: 1_000,
    }),
    turnAt(14, "assistant", "Not this.", { interrupted: true, heardMs: 0 }),
    turnAt(15, "user", "مرحبا بالعالم"),
  ],
  sentences: [sentenceAt(4, 5.5, 1, "I want Sunday.")],
  names: { customer: "Ann <Smith>" },
  duration: 20,
};

describe("A conversation as a page", () => {
  it("has every turn with its time, its speaker and what nobody heard", () => {
    const texts = parsePage(exportHtml(transcriptOf(CALL))).join("|");
    assert.match(
      texts,
      /\|0:04\|.*\|Ann <Smith>\|.*\|I want Monday\.\|.*\|In the recording:\|.*I want Sunday\./,
    );
    assert.match(
      texts,
      /\|0:12\|.*\|It will be\|.*\|Cut off after 1\.0 s\.\| Not heard: \|there on Monday or on Tuesday\./,
    );
    assert.match(texts, /\|Never played\.\| Not heard: \|Not this\.\|/);
  });

  it("draws who spoke when, tells it in words, and explains its signs", () => {
    const page = exportHtml(transcriptOf(CALL));
    assert.equal(page.match(/<rect class="bar agent" x=/g)?.length, 2, "what was never played has no length");
    assert.equal(page.match(/<rect class="bar customer" x=/g)?.length, 2);
    assert.equal(page.match(/<path class="head"/g)?.length, 2, "one, and one in the legend");
    assert.equal(page.match(/<circle/g)?.length, 2);
    const texts = parsePage(page).join("|");
    assert.match(
      texts,
      /Ann <Smith> spoke for 0:02, AI Agent spoke for 0:\d\d\. 2 silences of 3 seconds or more\. The assistant was cut off once\./,
    );
    assert.match(texts, /\|Silence of \d\.\d s\|/);
  });

  it("is a page where nothing was said", () => {
    assert.ok(parsePage(exportHtml(transcriptOf({}))).includes("Nothing was said."));
  });

  for (const text of HOSTILE) {
    it(`shows ${JSON.stringify(text)} as it is, in words, names and all else`, () => {
      const transcript = {
        ...transcriptOf({
          turns: [turnAt(1, "user", text), turnAt(3, "assistant", text, { interrupted: true, heardMs: 0 })],
          sentences: [sentenceAt(20, 21, 1, `${text} x`)],
          names: { customer: text, agent: text },
        }),
        scenario_name: text,
        transcript_sid: text,
        call_direction: text,
        call_date: text,
      };
      const texts = parsePage(exportHtml(transcript));
      assert.ok(texts.join("").includes(oneLine(text)));
      if (oneLine(text) !== "") assert.ok(texts.filter((one) => one === oneLine(text)).length >= 4);
    });
  }

  it("is whole, whatever was said by whomever", () => {
    const property = fc.property(anyCall, (call) => {
      const transcript = transcriptOf(call);
      const texts = new Set(parsePage(exportHtml(transcript)));
      for (const turn of transcript.conversation_flow) {
        const { heard, unheard } = saidParts(turn);
        assert.ok(heard === "" || texts.has(heard));
        assert.ok(unheard === "" || texts.has(unheard));
      }
    });
    fc.assert(property, { numRuns: 100, seed: 1 });
  });

  it("holds a turn of 100 KB, and a call of any length", () => {
    const turns = [turnAt(1, "user", HUGE), turnAt(1e7, "user", "Are you still there?")];
    const page = exportHtml(transcriptOf({ turns }));
    parsePage(page);
    assert.ok(page.length < 300_000, "the drawing does not grow with the time");
  });

  describe("in a browser", () => {
    let browser: Browser;
    before(async function () {
      this.timeout(60_000);
      browser = await launchBrowser();
    });
    after(() => browser.close());

    it("shows with its own style under its own policy, runs nothing and loads nothing", async () => {
      const page = await browser.newPage();
      const seen: string[] = [];
      page.on("console", (message) => seen.push(message.text()));
      page.on("dialog", (dialog) => {
        seen.push("a dialog");
        void dialog.dismiss();
      });
      page.on("request", (request) => seen.push(request.url()));
      const body = exportHtml(
        transcriptOf({
          turns: HOSTILE.map((text, n) => turnAt(n, "user", text)),
          names: { customer: HOSTILE[1] },
        }),
      );
      const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": PAGE_POLICY };
      await page.route("https://transcript.test/", (route) => route.fulfill({ body, headers }));
      await page.goto("https://transcript.test/");
      assert.deepEqual(
        seen.filter((one) => one !== "data:,"),
        ["https://transcript.test/"],
      );
      const look = await page.evaluate(`({
        scripts: document.scripts.length,
        images: document.images.length,
        display: getComputedStyle(document.querySelector(".turn")).display,
        fill: getComputedStyle(document.querySelector(".bar")).fill,
        turns: document.querySelectorAll(".turn").length,
        overflows: document.documentElement.scrollWidth > innerWidth,
      })`);
      assert.deepEqual(look, {
        scripts: 0,
        images: 0,
        display: "grid",
        fill: "rgb(33, 122, 101)",
        turns: HOSTILE.length,
        overflows: false,
      });
      await page.close();
    });

    it("runs right-to-left text from the right, and fits a telephone", async () => {
      const page = await browser.newPage({ viewport: { width: 360, height: 700 } });
      await page.setContent(exportHtml(transcriptOf({ ...CALL, names: { customer: "x".repeat(200) } })));
      const directions = await page.evaluate(
        `[...document.querySelectorAll(".said")].map((one) => getComputedStyle(one).direction)`,
      );
      assert.deepEqual(directions, ["ltr", "ltr", "ltr", "rtl"]);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
      await page.close();
    });
  });
});
