import { FirebaseError } from "firebase/app";
import { type Answer, type Door, send } from "./http";
import type { SignedInUser } from "./signedInUser";

/** The operations on voice sessions, by any of the doors that lead to them. */
export interface VoiceApi {
  name: string;
  connect(user: SignedInUser, input: object): Promise<unknown>;
  end(user: SignedInUser, sessionId: string): Promise<unknown>;
  saveTranscript(user: SignedInUser, sessionId: string, messages: unknown): Promise<unknown>;
  getTranscript(user: SignedInUser, sessionId: string): Promise<unknown>;
  list(user: SignedInUser, input: object): Promise<{ sessions: unknown[]; nextCursor: string | undefined }>;
  get(user: SignedInUser, sessionId: string): Promise<unknown>;
  erase(user: SignedInUser, sessionId: string): Promise<unknown>;
}

/** A refusal, whatever door it came through: the HTTP status, or the callable's code. */
export class Refused extends Error {
  constructor(
    readonly status: number | undefined,
    readonly code: string | undefined,
    /** The JSON body of an HTTPS endpoint, the details of a callable's error. */
    readonly body: unknown,
    message: string,
  ) {
    super(message);
  }
}

const SESSIONS = "/api/voice/sessions";

function overHttps(door: Door): VoiceApi {
  const as = async (user: SignedInUser, method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await send(path, { method, door, token: user.idToken, body });
    if (answer.status === 200) return answer;
    throw new Refused(answer.status, undefined, answer.body, answer.text);
  };
  const bodyOf = async (answer: Promise<Answer>) => (await answer).body;
  return {
    name: door === "hosting" ? "Hosting" : "the function's own URL",
    connect: (user, input) => bodyOf(as(user, "POST", "/api/voice/connect", input)),
    end: (user, id) => bodyOf(as(user, "POST", `${SESSIONS}/${id}/end`)),
    saveTranscript: (user, id, messages) =>
      bodyOf(as(user, "POST", `${SESSIONS}/${id}/transcript`, { messages })),
    getTranscript: (user, id) => bodyOf(as(user, "GET", `${SESSIONS}/${id}/transcript`)),
    list: async (user, input) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(input)) query.set(name, String(value));
      const { body, headers } = await as(user, "GET", `${SESSIONS}?${query}`);
      return { sessions: body as unknown[], nextCursor: headers.get("x-next-cursor") ?? undefined };
    },
    get: (user, id) => bodyOf(as(user, "GET", `${SESSIONS}/${id}`)),
    erase: (user, id) => bodyOf(as(user, "DELETE", `${SESSIONS}/${id}`)),
  };
}

async function calling<Output>(user: SignedInUser, name: string, data: object): Promise<Output> {
  try {
    return await user.call<Output>(name, data);
  } catch (error) {
    if (!(error instanceof FirebaseError)) throw error;
    const { details } = error as FirebaseError & { details?: unknown };
    throw new Refused(undefined, error.code.replace("functions/", ""), details, error.message);
  }
}

const overCallables: VoiceApi = {
  name: "callables",
  connect: (user, input) => calling(user, "connectVoice", input),
  end: (user, sessionId) => calling(user, "endVoiceSession", { sessionId }),
  saveTranscript: (user, sessionId, messages) =>
    calling(user, "saveVoiceTranscript", { sessionId, messages }),
  getTranscript: (user, sessionId) => calling(user, "getVoiceTranscript", { sessionId }),
  list: async (user, input) => {
    const { sessions, nextCursor, ...rest } = await calling<{ sessions: unknown[]; nextCursor?: string }>(
      user,
      "listVoiceSessions",
      input,
    );
    if (Object.keys(rest).length > 0) throw new Error(`unexpected: ${Object.keys(rest)}`);
    return { sessions, nextCursor };
  },
  get: (user, sessionId) => calling(user, "getVoiceSession", { sessionId }),
  erase: (user, sessionId) => calling(user, "deleteVoiceSession", { sessionId }),
};

/** Every door: Hosting, the functions' own URLs, callables. */
export const VOICE_APIS: readonly VoiceApi[] = [overHttps("hosting"), overHttps("function"), overCallables];

/** Awaits a refusal and gives it. @throws Error where there was none */
export async function refusal(work: Promise<unknown>): Promise<Refused> {
  try {
    const given = await work;
    throw new Error(`expected a refusal, got ${JSON.stringify(given)}`);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}
