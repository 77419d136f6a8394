import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext } from "playwright-core";
import { fromStack } from "../support/stackEnvironment";

/** What a local stack takes for FRONTEND_URL. */
export const FRONTEND = "http://localhost:5173";

/** A page of the frontend as a browser asked for it. */
export interface Visit {
  url: string;
  /** Everything else that the browser said with it. */
  headers: Record<string, unknown>;
}

/** A frontend that takes no port that others may have: it is the proxy of the browsers that shall see it. */
export interface CalendarFrontend {
  /** The pages that were asked for, oldest first. */
  visits: Visit[];
  /** A browser's profile in which a user of ours is signed in, and nothing else is known. */
  signIn(browser: Browser, accessToken: string): Promise<BrowserContext>;
  close(): void;
}

export async function startFrontend(): Promise<CalendarFrontend> {
  const visits: Visit[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    const isPage = headers["sec-fetch-dest"] === "document";
    if (isPage) visits.push({ url, headers });
    response
      .writeHead(isPage ? 200 : 404, { "Content-Type": "text/html; charset=utf-8" })
      .end(isPage ? PAGE : "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    visits,
    signIn: (browser, accessToken) =>
      browser.newContext({
        // A browser asks no proxy for what is on its own machine, unless told; the stack it shall ask itself.
        proxy: { server: `http://127.0.0.1:${port}`, bypass: "<-loopback>,127.0.0.1" },
        storageState: { cookies: [], origins: [signedIn(accessToken)] },
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function signedIn(accessToken: string) {
  return {
    origin: FRONTEND,
    localStorage: [
      { name: "api", value: fromStack("HOSTING_URL") },
      { name: "token", value: accessToken },
    ],
  };
}

/** What the integration guide asks of a frontend, without a framework. */
const PAGE = `<!doctype html>
<html lang="en">
<title>Scheduled meetings</title>
<button id="connect">Connect Google Calendar</button>
<p role="status"></p>
<ul></ul>
<script>
  const headers = { Authorization: "Bearer " + localStorage.getItem("token") };
  const say = (text) => { document.querySelector("[role=status]").textContent = text; };

  async function get(path) {
    const response = await fetch(localStorage.getItem("api") + path, { headers });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail);
    return body;
  }

  async function connect() {
    location.href = (await get("/google-calendar/auth")).authorization_url;
  }

  function tellHowItWent() {
    const search = new URLSearchParams(location.search);
    if (search.get("success") === "true" && search.get("connected") === "calendar") {
      say("Google Calendar connected successfully!");
    } else if (search.get("error")) {
      say(search.get("message") || "Failed to connect Google Calendar");
    } else return;
    history.replaceState(null, "", location.pathname);
  }

  async function showEvents() {
    for (const { summary, start } of await get("/google-calendar/events")) {
      const item = document.createElement("li");
      item.textContent = start + " " + summary;
      document.querySelector("ul").append(item);
    }
    document.body.dataset.events = "shown";
  }

  document.querySelector("#connect").onclick = () => connect().catch((error) => say(error.message));
  tellHowItWent();
  if (location.pathname === "/scheduled-meetings") {
    showEvents().catch((error) => { document.body.dataset.events = error.message; });
  }
</script>
</html>
`;
