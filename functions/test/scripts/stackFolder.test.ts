import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { importScript } from "./importScript";

const settings = { LOG_LEVEL: "DEBUG", SECRET_KEY: "hidden", OPENAI_API_KEYS: "" };

describe("a stack's folder", () => {
  let folder = "";
  // biome-ignore lint/suspicious/noExplicitAny: numbers by name, as the script makes them
  let ports: any;

  before(async () => {
    const { makeStackFolder } = await importScript("stack/stackFolder.mjs");
    const { choosePorts } = await importScript("stack/ports.mjs");
    ports = await choosePorts("free");
    folder = makeStackFolder({ ports, settings });
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("is outside the repository and holds the repository's configuration with the stack's ports", () => {
    assert.ok(path.relative(path.resolve(".."), folder).startsWith(".."));
    const committed = JSON.parse(fs.readFileSync("../firebase.json", "utf8"));
    const generated = JSON.parse(fs.readFileSync(path.join(folder, "firebase.json"), "utf8"));
    assert.deepEqual(generated.hosting.rewrites, committed.hosting.rewrites);
    assert.deepEqual(generated.hosting.headers, committed.hosting.headers);
    assert.deepEqual(generated.firestore, committed.firestore);
    for (const name of [
      "functions",
      "firestore",
      "auth",
      "hosting",
      "pubsub",
      "tasks",
      "eventarc",
      "hub",
      "logging",
    ]) {
      assert.deepEqual(
        { ...generated.emulators[name], websocketPort: undefined },
        {
          host: "127.0.0.1",
          port: ports[name],
          websocketPort: undefined,
        },
      );
    }
    assert.equal(generated.emulators.firestore.websocketPort, ports.firestoreWebsocket);
  });

  it("links to everything that the emulators read", () => {
    for (const name of ["firestore.rules", "firestore.indexes.json"]) {
      assert.equal(fs.realpathSync(path.join(folder, name)), path.resolve("..", name));
    }
    for (const name of ["lib", "node_modules", "package.json", "console"]) {
      assert.equal(fs.realpathSync(path.join(folder, "functions", name)), fs.realpathSync(name));
    }
  });

  it("keeps secrets in a file of their own that only its owner reads", () => {
    const file = (name: string) => path.join(folder, "functions", name);
    assert.equal(fs.readFileSync(file(".env.demo-voice"), "utf8"), 'LOG_LEVEL="DEBUG"\n');
    assert.equal(
      fs.readFileSync(file(".secret.local"), "utf8"),
      'SECRET_KEY="hidden"\nOPENAI_API_KEYS=" "\n',
    );
    for (const name of [".env.demo-voice", ".secret.local"]) {
      assert.equal(fs.statSync(file(name)).mode & 0o777, 0o600);
    }
  });

  it("firebase.json names the documented ports and no repository file that is missing", async () => {
    const { PORTS } = await importScript("stack/ports.mjs");
    const committed = JSON.parse(fs.readFileSync("../firebase.json", "utf8"));
    for (const name of ["functions", "firestore", "auth", "hosting", "pubsub", "tasks"]) {
      assert.equal(committed.emulators[name].port, PORTS[name].usual);
    }
    for (const file of [committed.firestore.rules, committed.firestore.indexes, committed.hosting.public]) {
      assert.ok(fs.existsSync(path.join("..", file)), file);
    }
  });
});
