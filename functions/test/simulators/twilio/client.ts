import twilio from "twilio";
import RequestClient from "twilio/lib/base/RequestClient";
import type { TwilioSimulator } from "../../../simulators/twilio/server.js";

/** Twilio's own transport, with another host in place of all of Twilio's. */
class LocalRequests extends RequestClient {
  constructor(private readonly base: string) {
    super();
  }

  override request<Data>(options: RequestClient.RequestOptions<Data>) {
    return super.request<Data>({ ...options, uri: options.uri.replace(/^https:\/\/[^/]+/, this.base) });
  }
}

/** The real SDK, speaking to a simulator. */
export function sdkFor({ url, account }: TwilioSimulator, authToken = account.authToken) {
  return twilio(account.sid, authToken, { httpClient: new LocalRequests(url) });
}
