import RequestClient from "twilio/lib/base/RequestClient";

/** Sends what is meant for Twilio's API to `baseUrl`, where that is given. Nothing is tried again by itself. */
export class RedirectedClient extends RequestClient {
  constructor(
    private readonly baseUrl: string | undefined,
    timeout: number,
  ) {
    super({ timeout });
  }

  override request<Data>(options: RequestClient.RequestOptions<Data>) {
    const { baseUrl } = this;
    const uri = baseUrl === undefined ? options.uri : options.uri.replace(/^https:\/\/[^/]+/, baseUrl);
    return super.request<Data>({ ...options, uri });
  }
}
