/** Where the demo finds the stack that it runs in. */
export interface Environment {
  projectId: string;
  hostingUrl: string;
  functionsUrl: URL;
  authEmulatorUrl: string;
  firestoreEmulator: { host: string; port: number };
  /** `http://…` of the relay, for its metrics. */
  relayHttpUrl: string;
  /** The simulator's controls; undefined where the relay talks to OpenAI. */
  simulatorControlUrl: string | undefined;
  realtimeUrl: string;
  /** The controls of the simulated phone network; undefined where calls would be real. */
  phoneControlUrl: string | undefined;
}

/** @throws Error naming the variable that is missing */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const read = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new Error(
      `${name} is not set: the demo runs inside the stack, by \`npm --prefix functions run demo\`.`,
    );
  };
  const firestore = new URL(`http://${read("FIRESTORE_EMULATOR_HOST")}`);
  const realtimeUrl = read("OPENAI_REALTIME_API_URL");
  const simulatorsUrl = read("SIMULATORS_URL");
  const isSimulated = new URL(realtimeUrl).host === new URL(simulatorsUrl).host;
  const phoneUrl = env.TWILIO_API_BASE_URL;
  const isPhoneSimulated = Boolean(phoneUrl) && new URL(phoneUrl ?? "").host === new URL(simulatorsUrl).host;
  return {
    projectId: read("GCLOUD_PROJECT"),
    hostingUrl: read("HOSTING_URL"),
    functionsUrl: new URL(read("FUNCTIONS_URL")),
    authEmulatorUrl: `http://${read("FIREBASE_AUTH_EMULATOR_HOST")}`,
    firestoreEmulator: { host: firestore.hostname, port: Number(firestore.port) },
    relayHttpUrl: read("RELAY_URL").replace(/^ws/, "http"),
    simulatorControlUrl: isSimulated ? `${simulatorsUrl}/control/openai` : undefined,
    realtimeUrl,
    phoneControlUrl: isPhoneSimulated ? `${simulatorsUrl}/control/twilio` : undefined,
  };
}
