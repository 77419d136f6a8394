import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { createCtx } from "../../src/core/ctx";
import { sessions, turns } from "../../src/voice/store";
import { launchBrowser } from "../support/browser";
import { eventually } from "../support/eventually";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

describe("In a real browser", function () {
  this.timeout(90_000);
  let browser: Browser;
  let user: SignedInUser;
  before(async () => {
    browser = await launchBrowser();
    user = await signedInUser();
  });
  after(async () => {
    await browser.close();
    await user.signOut();
  });

  it("the index page shows without an error, offline, and links on", async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(fromStack("HOSTING_URL"));
    assert.match((await page.title()) || "", /voice/i);
    assert.ok((await page.locator("a[href]").count()) > 0);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("a page of an allowed origin connects and converses through the relay, its ID token in the subprotocol", async () => {
    const page = await pageAt(fromStack("HOSTING_URL"));
    const heard = await converse(page, ["realtime", `openai-insecure-api-key.${user.idToken}`]);
    assert.equal(heard.protocol, "realtime");
    assert.ok(heard.types.includes("response.output_audio.delta"));
    assert.equal(heard.types.at(-1), "response.done");
    await eventually(async () => {
      const held = await sessions(createCtx().db).where("userId", "==", user.uid).get();
      const stored = await turns(createCtx().db, held.docs[0]?.id ?? "none")
        .orderBy("order")
        .get();
      assert.deepEqual(
        stored.docs.map((document) => document.data().role),
        ["user", "assistant"],
      );
    });
    await page.context().close();
  });

  it("a page of the same connects with its fetch allowed by CORS, and a page of another origin has neither", async () => {
    const path = `${fromStack("FUNCTIONS_URL")}/voiceSessionsHttp?userId=${user.uid}`;
    const allowed = await pageAt(fromStack("HOSTING_URL"));
    assert.equal(await allowed.evaluate(fetchStatus, { path, token: user.idToken }), 200);
    await allowed.context().close();

    // The relay serves no page; its 404 is one of an origin that nobody allowed.
    const hostile = await pageAt(fromStack("RELAY_URL").replace(/^ws/, "http"));
    assert.equal(
      await hostile.evaluate(fetchStatus, { path, token: user.idToken }),
      "refused by the browser",
    );
    await assert.rejects(
      converse(hostile, ["realtime", `openai-insecure-api-key.${user.idToken}`]),
      /refused/,
    );
    await hostile.context().close();
  });

  /** A page of that origin, free of its own content policy: what is tested is what the server allows. */
  async function pageAt(url: string): Promise<Page> {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }
});

/** Runs in the page. */
async function fetchStatus({ path, token }: { path: string; token: string }): Promise<number | string> {
  try {
    return (await fetch(path, { headers: { Authorization: `Bearer ${token}` } })).status;
  } catch {
    return "refused by the browser";
  }
}

/** One typed turn over the browser's own WebSocket; the types of all events until the answer is done. */
function converse(page: Page, protocols: string[]): Promise<{ protocol: string; types: string[] }> {
  return page.evaluate(
    ({ url, offered }) =>
      new Promise<{ protocol: string; types: string[] }>((resolve, reject) => {
        const socket = new WebSocket(url, offered);
        const types: string[] = [];
        socket.onerror = () => reject(new Error("refused"));
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(String(data)) as { type: string };
          if (type !== "relay.turn.saved") types.push(type);
          if (type === "session.updated") {
            const content = [{ type: "input_text", text: "Good evening." }];
            socket.send(
              JSON.stringify({
                type: "conversation.item.create",
                item: { type: "message", role: "user", content },
              }),
            );
            socket.send(JSON.stringify({ type: "response.create" }));
          }
          if (type === "response.done") {
            resolve({ protocol: socket.protocol, types });
            socket.close();
          }
        };
      }),
    { url: `${fromStack("RELAY_URL")}/v1/realtime`, offered: protocols },
  );
}
