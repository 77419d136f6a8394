import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection";
import { ConversationClient } from "./conversationClient";
import type { Exchange } from "./exchange";
import { Microphone } from "./microphone";
import type { RecordedTurn, Recording } from "./recording";
import { until } from "./until";

/** How far into the assistant's answer the user interrupts it. */
const INTERRUPT_AFTER_MS = 1_500;
/** How long the user thinks before speaking. */
const THINKING_MS = 300;
const READY_TIMEOUT_MS = 10_000;
const NOTICED_TIMEOUT_MS = 5_000;
const TRANSCRIBED_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;
const WHOLE_ANSWER_TIMEOUT_MS = 60_000;

/** Hears of the conversation while it goes on. */
export interface Listener {
  onReady(): void;
  /** A turn of the user with its answer, which was heard to its end or cut off. */
  onExchange(exchange: Exchange, index: number): void;
}

/** A conversation that was held; its socket is still open. */
export interface HeldConversation {
  connection: Connection;
  client: ConversationClient;
}

/**
 * Plays the user's recorded turns into the relay as a conversation goes: each one once the assistant has been heard to
 * its end, the interrupting one while it speaks.
 * @throws Error where the relay closes the socket, an `error` event comes, or something does not come in time
 */
export async function holdConversation(
  wsUrl: string,
  recording: Recording,
  listener: Listener,
): Promise<HeldConversation> {
  let send: Connection["send"] = () => {};
  const client = new ConversationClient((event) => send(event));
  const connection = await Connection.open(wsUrl, (event) => client.handle(event));
  send = (event) => connection.send(event);
  const conversation = new Conversation(connection, client, listener);
  await conversation.ready();
  const microphone = new Microphone((frame) =>
    send({ type: "input_audio_buffer.append", audio: frame.toString("base64") }),
  );
  try {
    for (const [index, turn] of recording.turns.entries()) {
      await conversation.take(turn, index, microphone);
      if (!recording.turns[index + 1]?.interrupts) await conversation.hearOut(index);
    }
  } finally {
    microphone.stop();
  }
  return { connection, client };
}

class Conversation {
  constructor(
    private readonly connection: Connection,
    private readonly client: ConversationClient,
    private readonly listener: Listener,
  ) {}

  async ready(): Promise<void> {
    await this.#wait(() => this.client.isReady, READY_TIMEOUT_MS, "the model to take the configuration");
    this.listener.onReady();
  }

  /** The user speaks: after a pause, or into the answer before. */
  async take(turn: RecordedTurn, index: number, microphone: Microphone): Promise<void> {
    const before = this.client.exchanges[index - 1];
    if (turn.interrupts && before) await this.#speaking(before);
    else await sleep(THINKING_MS);
    const spokenUntil = await microphone.speak(turn.audio);
    const noticed = () => this.client.exchanges.length > index;
    await this.#wait(noticed, NOTICED_TIMEOUT_MS, `turn ${index + 1} of the user to be noticed`);
    this.#exchange(index).spokenUntil = spokenUntil;
    if (turn.interrupts && before) this.listener.onExchange(before, index - 1);
  }

  /** The user listens to the answer to its end. */
  async hearOut(index: number): Promise<void> {
    const exchange = this.#exchange(index);
    const number = index + 1;
    const isBegun = () => exchange.firstAudioAt !== undefined;
    await this.#wait(isBegun, ANSWER_TIMEOUT_MS, `the answer to turn ${number} to begin`);
    const isOver = () => exchange.isAnswered && !this.client.speaker.isPlaying(performance.now());
    await this.#wait(isOver, WHOLE_ANSWER_TIMEOUT_MS, `the answer to turn ${number} to end`);
    const isTranscribed = () => exchange.heard !== undefined;
    await this.#wait(isTranscribed, TRANSCRIBED_TIMEOUT_MS, `the words of turn ${number}`);
    this.listener.onExchange(exchange, index);
  }

  async #speaking(exchange: Exchange): Promise<void> {
    const { speaker } = this.client;
    const isHeard = () =>
      speaker.heardMs(exchange.assistantItemId ?? "", performance.now()) >= INTERRUPT_AFTER_MS;
    const what = `${INTERRUPT_AFTER_MS / 1_000} s of an answer to be heard, to interrupt it`;
    await this.#wait(isHeard, ANSWER_TIMEOUT_MS, what);
  }

  #exchange(index: number): Exchange {
    const exchange = this.client.exchanges[index];
    if (exchange) return exchange;
    throw new Error(`There is no turn ${index + 1} of the user.`);
  }

  #wait(isSo: () => boolean, timeoutMs: number, what: string): Promise<void> {
    const isSoWhileWell = () => {
      const [error] = this.client.errors;
      if (error !== undefined) throw new Error(`The relay or the model reports an error: ${error}`);
      this.connection.assertOpen();
      return isSo();
    };
    return until(isSoWhileWell, timeoutMs, what);
  }
}
