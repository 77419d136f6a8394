import { answerCalls } from "../worker";
import { measurable, type RelayApi } from "./measurable";
import { dialFor, serveClients } from "./pairedSockets";

type TwilioMessage =
  | { event: "start"; start: { streamSid: string } }
  | { event: "media"; media: { payload: string } }
  | { event: "connected" | "mark" };
type ModelEvent = { type: "response.output_audio.delta"; delta: string } | { type: "other" };

// The least that a phone bridge can be: audio is taken out of the one's message and put into the other's. No marks, no
// checks, no interruptions, and one socket to the model for each of Twilio's.
answerCalls<RelayApi>({
  ...measurable,
  listen: ({ upstreamUrl }) =>
    serveClients((twilio, { url }) => {
      const model = dialFor(twilio, `${upstreamUrl}?model=${url?.split("/").at(-1)}`);
      let streamSid = "";
      twilio.on("message", (data) => {
        const message = JSON.parse(data.toString()) as TwilioMessage;
        if (message.event === "start") streamSid = message.start.streamSid;
        else if (message.event === "media") {
          const audio = message.media.payload;
          model.send(JSON.stringify({ type: "input_audio_buffer.append", audio }));
        }
      });
      model.on("message", (data) => {
        const event = JSON.parse(data.toString()) as ModelEvent;
        if (event.type !== "response.output_audio.delta") return;
        twilio.send(JSON.stringify({ event: "media", streamSid, media: { payload: event.delta } }));
      });
    }),
});
