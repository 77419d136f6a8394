import type { ConversationTurn } from "./conversation";
import type { EnhancedTranscript } from "./enhancedTranscript";
import { type Markup, markup } from "./markup";
import { saidParts } from "./saidParts";
import { formatDuration } from "./summary";

/** Every turn of a conversation for a page, in order: when, who, what, and what of it nobody heard. */
export function conversationMarkup({ conversation_flow }: EnhancedTranscript): Markup {
  if (conversation_flow.length === 0) return markup`<p class="aside">Nothing was said.</p>`;
  return markup`<ol class="turns">
${conversation_flow.map(turnMarkup)}</ol>`;
}

function turnMarkup(turn: ConversationTurn): Markup {
  const { speaker, start_time } = turn;
  return markup`<li class="turn ${speaker.role}"><span class="time">${formatDuration(start_time)}</span><div><p class="name" dir="auto">${speaker.name}</p>${saidMarkup(turn)}${doubtsMarkup(turn)}</div></li>
`;
}

function saidMarkup(turn: ConversationTurn): Markup {
  const { heard, unheard, note } = saidParts(turn);
  const said = heard === "" ? undefined : markup`<p class="said" dir="auto">${heard}</p>`;
  if (note === undefined) return markup`${said}`;
  const rest = unheard === "" ? undefined : markup` Not heard: <i dir="auto">${unheard}</i>`;
  return markup`${said}<p class="aside cut"><b>${capitalised(note)}.</b>${rest}</p>`;
}

/** What the recording was taken to say instead. The assistant's own words are beyond doubt. */
function doubtsMarkup({ speaker, sources, alternatives }: ConversationTurn): Markup[] {
  if (speaker.role === "agent" && sources.includes("relay")) return [];
  return alternatives.map(
    ({ text }) => markup`<p class="aside"><b>In the recording:</b> <span dir="auto">${text}</span></p>`,
  );
}

/** With a capital letter at its beginning. */
export function capitalised(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
