import type { Session } from "./schemas";

/** The assistant's voice where the client chooses none. */
export const DEFAULT_VOICE: Session["voice"] = "marin";

/** How the assistant behaves where the client gives no instructions. */
export const DEFAULT_INSTRUCTIONS = [
  "You are a helpful, warm voice assistant in an app. Speak naturally and keep answers short: one to three sentences,",
  "then let the user speak. Ask one question at a time. If you did not understand, say so and ask again. Never read out",
  "lists, links or code; offer to summarise instead. Do not claim to have done anything that you cannot do.",
].join(" ");
