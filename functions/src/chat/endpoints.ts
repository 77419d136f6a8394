import { streamingCallable } from "../endpoint/callable";
import { voiceErrors } from "../endpoint/errorFamilies";
import { https } from "../endpoint/https";
import { streamingOperation } from "../endpoint/operation";
import { OPENAI_SECRETS } from "../endpoint/secrets";
import { eventStream } from "../endpoint/streamed";
import { chatChunk, chatInput, chatOutput } from "./schemas";
import { streamChat } from "./streamChat";
import { gatherAnswer } from "./wholeAnswer";

const chatting = streamingOperation({
  summary: "Stream the model's answer to a conversation",
  auth: "token",
  secrets: OPENAI_SECRETS,
  timeoutSeconds: 540,
  errors: ["rate_limited", "not_configured", "provider_failed", "provider_unavailable"],
  input: chatInput,
  chunk: chatChunk,
  run: streamChat,
});

export const chat = streamingCallable(chatting, { output: chatOutput, gather: gatherAnswer });

export const chatHttp = https({
  path: "/api/chat",
  family: voiceErrors,
  routes: { POST: eventStream(chatting) },
});
