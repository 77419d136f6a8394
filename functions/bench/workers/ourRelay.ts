import { KeyPool } from "../../src/providers/keyPool";
import { RELAY_LIMITS } from "../../src/relay/limits";
import { RelayMetrics } from "../../src/relay/metrics";
import { startRelay } from "../../src/relay/server";
import { ownDatabase } from "../../test/support/countedFirestore";
import { benchCtx } from "../benchCtx";
import { PHONE_SETTINGS } from "../phoneSettings";
import { answerCalls } from "../worker";
import { measurable, type RelayApi } from "./measurable";

// The relay as it is deployed, with its limits and a Firestore, dialling the model that it is told.
answerCalls<RelayApi>({
  ...measurable,
  async listen({ upstreamUrl }) {
    const ctx = benchCtx(ownDatabase(process.env.BENCH_DATABASE), undefined, {
      ...PHONE_SETTINGS,
      OPENAI_REALTIME_API_URL: upstreamUrl,
      openAiKeys: ["sk-bench"],
    });
    const keys = new KeyPool(ctx.config.openAiKeys);
    const metrics = new RelayMetrics();
    const relay = await startRelay({ ctx, keys, limits: RELAY_LIMITS, metrics }, 0, "127.0.0.1");
    return `ws://127.0.0.1:${relay.port}`;
  },
});
