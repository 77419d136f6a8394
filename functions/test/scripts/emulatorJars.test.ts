import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { importScript } from "./importScript";
import { temporaryFolder } from "./temporaryFolder";

describe("the emulators' Java archives", () => {
  it("makes another archive runnable that names no main class, however long its path", async () => {
    const { manifestJar } = await importScript("stack/manifestJar.mjs");
    const folder = temporaryFolder();
    const jar = path.join(folder, "launcher.jar");
    const classPath = pathToFileURL(path.join(folder, "a-long-name-of-a-folder/".repeat(8), "real.jar")).href;
    fs.writeFileSync(jar, manifestJar({ mainClass: "example.Missing", classPath }));
    const { stderr } = spawnSync("java", ["-jar", jar], { encoding: "utf8" });
    // Java reads the manifest and looks for the class, which only a sound archive gets it to.
    assert.match(stderr, /example\.Missing/);
    assert.match(stderr, /ClassNotFoundException/);
  });

  it("takes those of gcloud when firebase has downloaded none, and leaves out what neither has", async () => {
    const { emulatorBinaries } = await importScript("stack/emulatorJars.mjs");
    const root = temporaryFolder({
      "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar": "",
      "platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar": "",
    });
    const folder = temporaryFolder();
    const env = { CLOUDSDK_ROOT_DIR: root, FIREBASE_EMULATORS_PATH: temporaryFolder(), PATH: "" };
    const variables = emulatorBinaries(folder, env);
    assert.deepEqual(variables, {
      FIRESTORE_EMULATOR_BINARY_PATH: path.join(folder, "firestore-emulator.jar"),
      PUBSUB_EMULATOR_BINARY_PATH: path.join(folder, "pubsub-emulator"),
    });
    assert.match(fs.readFileSync(variables.PUBSUB_EMULATOR_BINARY_PATH, "utf8"), /-0\.8\.20-all\.jar/);
  });
});
