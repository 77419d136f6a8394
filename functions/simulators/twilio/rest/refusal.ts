/** Twilio's REST errors: https://www.twilio.com/docs/api/errors */
const REFUSALS = {
  20001: [400, "Invalid parameter"],
  20003: [401, "Authenticate"],
  20004: [405, "Method not allowed"],
  20009: [409, "Cannot delete this resource before it is complete"],
  20404: [404, "The requested resource was not found"],
  20409: [409, "Conflict"],
  20500: [500, "Internal Server Error"],
  21201: [400, "No 'To' number is specified"],
  21205: [400, "Url is not a valid URL"],
  21208: [400, "Timeout is not valid"],
  21209: [400, "Method is not valid: it must be GET or POST"],
  21210: [400, "The source phone number provided is not yet verified for your account"],
  21211: [400, "The 'To' number is not a valid phone number"],
  21212: [400, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID"],
  21213: [400, "A 'From' phone number is required"],
  21214: [400, "The 'To' phone number provided cannot be reached"],
  21215: [400, "Account not authorized to call the number: enable its country in Geo Permissions"],
  21216: [400, "The 'To' phone number provided is blacklisted"],
  21220: [400, "Call is not in-progress. Cannot redirect."],
  21626: [400, "Invalid StatusCallbackEvents"],
  32018: [400, "Twiml size exceeded maximum allowed value of 4000 characters"],
  95120: [400, "Twilio Recording is not in a valid status to be transcribed"],
  95122: [400, "Twilio Recording is not found"],
} as const satisfies Record<number, readonly [status: number, message: string]>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that the REST API refuses. */
export class RestRefusal extends Error {
  readonly status: number;

  constructor(
    readonly code: number,
    detail?: string,
    status?: number,
  ) {
    const [known, message] = REFUSALS[code as RefusalCode] ?? [500, "Internal Server Error"];
    super(detail ? `${message}: ${detail}` : message);
    this.status = status ?? known;
  }

  /** The body, as the SDK's RestException reads it. */
  toBody() {
    const { code, message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}
