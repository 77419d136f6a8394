import { answerCalls } from "../worker";
import { measurable, type RelayApi } from "./measurable";
import { servePairs } from "./pairedSockets";

// What a relay costs that looks at every event: each is parsed and written anew.
answerCalls<RelayApi>({
  ...measurable,
  listen: ({ upstreamUrl }) =>
    servePairs(upstreamUrl, (frame) => {
      const event: unknown = JSON.parse(frame.toString());
      return JSON.stringify(event);
    }),
});
