/** The one account that the simulator knows. */
export interface Account {
  sid: string;
  authToken: string;
  /** The numbers that it may call from; any when there is none. */
  numbers: string[];
}

const DEFAULT_SID = `AC${"0".repeat(32)}`;
const DEFAULT_TOKEN = "simulated-auth-token";

/** What is given wins, then the environment, then an account that no one has. */
export function accountFrom(given: Partial<Account>, environment: NodeJS.ProcessEnv): Account {
  return {
    sid: given.sid ?? (environment.TWILIO_ACCOUNT_SID || DEFAULT_SID),
    authToken: given.authToken ?? (environment.TWILIO_AUTH_TOKEN || DEFAULT_TOKEN),
    numbers: given.numbers ?? (environment.TWILIO_PHONE_NUMBER || "").split(",").filter(Boolean),
  };
}
