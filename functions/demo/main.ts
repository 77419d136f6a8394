import { randomUUID } from "node:crypto";
import { type Environment, readEnvironment } from "./environment";
import { problemsOf } from "./findings";
import { holdConversation } from "./holdConversation";
import { holdPhoneCall } from "./phoneCall";
import { phoneProblemsOf } from "./phoneFindings";
import { phoneReport } from "./phoneReport";
import { loadRecording, type Recording } from "./recording";
import { readOverhead } from "./relayOverhead";
import { report } from "./report";
import { loadScript } from "./simulatorScript";
import { readAsStranger, readWhenComplete } from "./storedConversation";
import { until, within } from "./until";
import { signIn, type User } from "./user";

const CONNECT_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 10_000;
/** Whatever else is bounded, the demo as a whole is too. */
const DEMO_TIMEOUT_MS = 180_000;

/** One spoken conversation through the whole stack. @returns what was not as it must be */
async function demo(environment: Environment): Promise<string[]> {
  const recording = loadRecording();
  report.begin(environment);
  const user = await within(signIn(environment, "speaker"), CONNECT_TIMEOUT_MS, "the user to be signed in");
  const stranger = await within(
    signIn(environment, "stranger"),
    CONNECT_TIMEOUT_MS,
    "another user to be signed in",
  );
  const sessionId = randomUUID();

  const startedAt = performance.now();
  const { client, connection } = await speak(environment, recording, user, sessionId);
  const elapsedMs = performance.now() - startedAt;
  await within(user.call("endVoiceSession", { sessionId }), CONNECT_TIMEOUT_MS, "endVoiceSession to answer");
  await until(() => connection.closedWith !== undefined, CLOSE_TIMEOUT_MS, "the relay to close the socket");

  const messages = client.exchanges.length * 2;
  const stored = await readWhenComplete(user.firestore, { sessionId, userId: user.uid, messages });
  const isSimulated = environment.simulatorControlUrl !== undefined;
  report.stored(stored, isSimulated);
  const transcriptUrl = `${environment.hostingUrl}/api/voice/sessions/${sessionId}/transcript`;
  const { complete, status } = await getJson(transcriptUrl, user);
  const denials = {
    ...(await readAsStranger(stranger.firestore, sessionId, client.exchanges[0]?.userItemId ?? "")),
    "transcript over HTTPS": String((await getJson(transcriptUrl, stranger)).status),
  };
  report.stranger(denials);
  report.overhead(await readOverhead(environment.relayHttpUrl));
  const problems = problemsOf({
    recording,
    isSimulated,
    client,
    closedWith: connection.closedWith,
    stored,
    overHttps: { status, isComplete: complete === true },
    stranger: denials,
  });
  const all = [...problems, ...(await phoneCall(environment, recording, user))];
  report.end(all, elapsedMs);
  return all;
}

/** The same recording once more, by phone. @returns what was not as it must be */
async function phoneCall(environment: Environment, recording: Recording, user: User): Promise<string[]> {
  const { simulatorControlUrl, phoneControlUrl } = environment;
  if (!phoneControlUrl) {
    phoneReport.notPlaced();
    return [];
  }
  const takeScriptAway = simulatorControlUrl ? await loadScript(simulatorControlUrl, recording) : undefined;
  try {
    phoneReport.begin();
    const held = await holdPhoneCall({ ...environment, phoneControlUrl }, recording, user);
    phoneReport.end(held);
    return phoneProblemsOf(held, simulatorControlUrl !== undefined);
  } finally {
    await takeScriptAway?.();
  }
}

async function speak(environment: Environment, recording: Recording, user: User, sessionId: string) {
  const { simulatorControlUrl } = environment;
  const takeScriptAway = simulatorControlUrl ? await loadScript(simulatorControlUrl, recording) : undefined;
  try {
    const calledAt = performance.now();
    const connecting = user.call<{ wsUrl: string }>("connectVoice", {
      sessionId,
      userId: user.uid,
      language: "en",
      instructions: recording.instructions,
    });
    const { wsUrl } = await within(connecting, CONNECT_TIMEOUT_MS, "connectVoice to answer");
    report.connected({ uid: user.uid, sessionId, wsUrl });
    return await holdConversation(wsUrl, recording, {
      onReady: () => report.ready(performance.now() - calledAt),
      onExchange: report.exchange,
    });
  } finally {
    await takeScriptAway?.();
  }
}

async function getJson(url: string, user: User): Promise<{ status: number; complete?: unknown }> {
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${user.idToken}` },
    signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS),
  });
  return { ...((await response.json()) as object), status: response.status };
}

async function main(): Promise<number> {
  try {
    const problems = await within(demo(readEnvironment()), DEMO_TIMEOUT_MS, "the demo to end");
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(`The demo failed: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

// The Firebase SDKs keep sockets open that would keep the process alive.
void main().then((exitCode) => process.exit(exitCode));
