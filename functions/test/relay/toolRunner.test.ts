import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AppError } from "../../src/core/errors";
import { MAX_TOOL_RUNS } from "../../src/relay/limits";
import { type ServerTool, ToolRunner } from "../../src/relay/toolRunner";
import { testWorld } from "../support/testCtx";

const tool = (name: string, run: ServerTool["run"]): ServerTool => ({
  definition: { type: "function", name, description: "", parameters: {} },
  run,
});
const called = (name: string, written = "{}") => ({ callId: "c", name, arguments: written });

describe("The server's tools", () => {
  const ctx = testWorld().as("ann");
  const runner = new ToolRunner(
    ctx,
    [
      tool("echo", async (args) => ({ args })),
      tool("refuse", async () => {
        throw new AppError("conflict", "It is taken.");
      }),
      tool("break", async () => {
        throw new Error("token sk-secret was refused");
      }),
      tool("hang", () => new Promise(() => {})),
    ],
    50,
  );

  it("are given what the model wrote, and answer it", async () => {
    assert.deepEqual(await runner.run(called("echo", '{"a":[1]}')), { args: { a: [1] } });
  });

  it("tell of every failure, in words that the model may say, and of no other", async () => {
    assert.deepEqual(await runner.run(called("refuse")), { error: "It is taken." });
    assert.deepEqual(await runner.run(called("break")), { error: "This does not work right now." });
    assert.match(JSON.stringify(await runner.run(called("echo", "{not json"))), /not JSON/);
    assert.match(JSON.stringify(await runner.run(called("fly"))), /no such tool/);
  });

  it("do not keep the conversation waiting", async () => {
    assert.match(JSON.stringify(await runner.run(called("hang"))), /too long/);
    await runner.settle(50);
  });

  it("are run so often and no more, whatever the model asks for", async () => {
    let runs = 0;
    const counting = new ToolRunner(ctx, [tool("count", async () => ({ runs: ++runs }))]);
    for (let run = 0; run < MAX_TOOL_RUNS; run += 1) await counting.run(called("count"));
    assert.match(JSON.stringify(await counting.run(called("count"))), /too often/);
    assert.equal(runs, MAX_TOOL_RUNS);
  });
});
