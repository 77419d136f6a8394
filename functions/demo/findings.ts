import type { ConversationClient } from "./conversationClient";
import { latencyMs } from "./exchange";
import type { Recording } from "./recording";
import type { StoredConversation } from "./storedConversation";

/** What the demo has seen, to be judged. */
export interface Findings {
  recording: Recording;
  isSimulated: boolean;
  client: ConversationClient;
  closedWith: { code: number; reason: string } | undefined;
  stored: StoredConversation;
  /** What the owner gets over HTTPS. */
  overHttps: { status: number; isComplete: boolean };
  /** What another user gets, by what was asked for. */
  stranger: Record<string, string>;
}

/** Everything that is not as it must be, one line each; empty where all went well. */
export function problemsOf(findings: Findings): string[] {
  return [
    ...conversationProblems(findings),
    ...sessionProblems(findings),
    ...transcriptProblems(findings),
    ...wordProblems(findings),
    ...Object.entries(findings.stranger)
      .filter(([, answer]) => !/permission-denied|404/.test(answer))
      .map(([what, answer]) => `another user must be denied the ${what}, but: ${answer}`),
  ];
}

function conversationProblems({ recording, client }: Findings): string[] {
  const { exchanges, errors } = client;
  const problems = errors.map((error) => `an error event came: ${error}`);
  if (exchanges.length !== recording.turns.length) {
    problems.push(`${recording.turns.length} turns were spoken, ${exchanges.length} were noticed`);
  }
  for (const [index, exchange] of exchanges.entries()) {
    if (exchange.heard === undefined) problems.push(`turn ${index + 1} was not transcribed`);
    if (latencyMs(exchange) === undefined) problems.push(`turn ${index + 1} was not answered`);
    const isToBeCutOff = recording.turns[index + 1]?.interrupts === true;
    if (isToBeCutOff && !exchange.cutOff)
      problems.push(`the answer to turn ${index + 1} was not interrupted`);
    if (!isToBeCutOff && exchange.cutOff) problems.push(`the answer to turn ${index + 1} was interrupted`);
  }
  return problems;
}

function sessionProblems({ closedWith, stored: { session } }: Findings): string[] {
  const problems: string[] = [];
  if (closedWith?.code !== 1000) problems.push(`the socket was closed with ${closedWith?.code ?? "nothing"}`);
  if (session.status !== "ended" || session.endReason !== "client") {
    problems.push(`the session is ${session.status} (${session.endReason ?? "no reason"})`);
  }
  if (!session.usage) problems.push("the session has no usage");
  return problems;
}

function transcriptProblems({ client, stored, overHttps }: Findings): string[] {
  const problems: string[] = [];
  const spoken = client.exchanges.flatMap(({ userItemId, assistantItemId }) => [userItemId, assistantItemId]);
  const messages = stored.messages.map(({ itemId }) => itemId);
  const turns = stored.turns.map(({ itemId }) => itemId);
  if (!stored.isComplete) problems.push("the transcript is not complete");
  if (!same(messages, spoken)) problems.push("the transcript does not hold the turns in their order");
  if (!same(turns, spoken))
    problems.push("the stored turns are not those of the conversation in their order");
  const unkept = [...client.saved].filter((itemId) => !turns.includes(itemId));
  if (unkept.length > 0) problems.push(`told to be saved, but not stored: ${unkept.join(", ")}`);
  for (const { assistantItemId, cutOff } of client.exchanges) {
    const turn = stored.turns.find(({ itemId }) => itemId === assistantItemId);
    if (turn?.interrupted !== (cutOff !== undefined) || turn.heardMs !== cutOff?.heardMs) {
      problems.push(`the answer ${assistantItemId} is not stored as it was heard`);
    }
  }
  if (overHttps.status !== 200 || !overHttps.isComplete) {
    problems.push(`the transcript is not complete over HTTPS (status ${overHttps.status})`);
  }
  return problems;
}

/** Only the simulator says what its script says. */
function wordProblems({ isSimulated, recording, client, stored }: Findings): string[] {
  if (!isSimulated) return [];
  const wanted = recording.turns.flatMap(({ says, reply }, index) =>
    // Of an answer that was cut off while it was made there is only the beginning.
    client.exchanges[index]?.cutOff ? [says, stored.messages[index * 2 + 1]?.content ?? ""] : [says, reply],
  );
  const words = stored.messages.map(({ content }) => content);
  return same(words, wanted) ? [] : ["the transcript does not hold the words that were spoken"];
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}
