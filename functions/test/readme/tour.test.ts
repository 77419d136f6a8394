import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fromStack } from "../support/stackEnvironment";
import { codeBlocks } from "./readme";

/** Runs the tour's lines as a shell does, against the tests' stack. */
function run(tour: string, home: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-e", "-o", "pipefail", "-c", tour], {
      env: {
        ...process.env,
        HOST: fromStack("HOSTING_URL"),
        FUNCTIONS: fromStack("FUNCTIONS_URL"),
        AUTH: `http://${fromStack("FIREBASE_AUTH_EMULATOR_HOST")}`,
        CURL_HOME: home,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

describe("The tour with curl", function () {
  this.timeout(120_000);
  let home: string;
  before(() => {
    home = mkdtempSync(path.join(tmpdir(), "voice-tour-"));
    // From an address of its own: no limit of others binds it.
    const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
    writeFileSync(path.join(home, ".curlrc"), `header = "fastly-client-ip: ${address}"\n`);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  it("goes through every part of the backend, each answering as the guide says", async () => {
    const tour = codeBlocks("bash")[0] ?? assert.fail("there is no tour");
    const { code, output } = await run(tour, home);
    assert.equal(code, 0, output);
    for (const sign of [
      /"wsUrl":"ws/,
      /\{"success":true\}/,
      /"status":"ended"/,
      /data: \{.*"delta"/,
      /data: \[DONE\]/,
      /^\d{4,}$/m,
      /"call_sid":"CA[0-9a-f]{32}"/,
      /"authorization_url":"http/,
      /"iceServers":\[/,
      /"client_secret":\{"value":"ek_/,
      /"patientContext":\{"id":/,
      /"message":/,
    ])
      assert.match(output, sign);
  });
});
