import { answerCalls } from "../worker";
import { measurable, type RelayApi } from "./measurable";
import { servePairs } from "./pairedSockets";

// The baseline: frames go from one socket to the other as they came.
answerCalls<RelayApi>({
  ...measurable,
  listen: ({ upstreamUrl }) => servePairs(upstreamUrl, (frame) => frame),
});
