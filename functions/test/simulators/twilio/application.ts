import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { validateRequest, validateRequestWithBody } from "twilio/lib/webhooks/webhooks";
import { type WebSocket, WebSocketServer } from "ws";

/** A webhook that the application was sent. */
export interface Received {
  path: string;
  method: string;
  /** Of a form; what else was sent is in the body. */
  params: Record<string, string>;
  body: string;
  /** As the SDK's own check of the signature has it. */
  isSigned: boolean;
  headers: IncomingMessage["headers"];
}

export interface Reply {
  status?: number;
  body?: string;
  type?: string;
}

/** An application as Twilio sees one: it is told of calls, answers with TwiML, and takes media streams. */
export class Application {
  readonly received: Received[] = [];
  readonly sockets: { socket: WebSocket; isSigned: boolean }[] = [];
  /** What each path, without a query, answers; 200 and nothing where there is none. */
  readonly replies = new Map<string, (received: Received) => Reply>();
  onStream: (socket: WebSocket) => void = () => {};
  private readonly server: Server;
  private readonly streams = new WebSocketServer({ noServer: true });

  private constructor(private readonly authToken: string) {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status = 200, body = "", type = "text/xml" }) => {
        response.writeHead(status, { "Content-Type": type }).end(body);
      });
    });
    this.server.on("upgrade", (request, socket, head) => {
      if (request.url !== "/media") return socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      this.streams.handleUpgrade(request, socket, head, (webSocket) => {
        const signature = String(request.headers["x-twilio-signature"]);
        const isSigned = validateRequest(this.authToken, signature, this.streamUrl, {});
        this.sockets.push({ socket: webSocket, isSigned });
        this.onStream(webSocket);
      });
    });
  }

  static async start(authToken: string): Promise<Application> {
    const application = new Application(authToken);
    application.server.listen(0, "127.0.0.1");
    await once(application.server, "listening");
    return application;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get streamUrl(): string {
    return `${this.url.replace("http", "ws")}/media`;
  }

  /** Lets a path answer with these verbs. */
  twiml(path: string, verbs: string): string {
    this.replies.set(path, () => ({
      body: `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`,
    }));
    return this.url + path;
  }

  /** TwiML that connects to this application's own stream. */
  connect(attributes = ""): string {
    const parameter = '<Parameter name="callToken" value="a&amp;b"/>';
    return `<Connect ${attributes}><Stream url="${this.streamUrl}">${parameter}</Stream></Connect>`;
  }

  /** What a path was sent, with whatever query. */
  at(path: string): Received[] {
    return this.received.filter((one) => one.path.replace(/\?.*$/, "") === path);
  }

  async stop(): Promise<void> {
    for (const { socket } of this.sockets) socket.terminate();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage): Promise<Reply> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { url: path = "", method = "", headers } = request;
    const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    const params = isForm ? Object.fromEntries(new URLSearchParams(text)) : {};
    const received = { path, method, params, body: text, headers, isSigned: false };
    received.isSigned = this.isSigned(received);
    this.received.push(received);
    return this.replies.get(path.replace(/\?.*$/, ""))?.(received) ?? {};
  }

  /** As the SDK has it, of a request to this application. */
  isSigned({ path, params, body, headers }: Received): boolean {
    const signature = String(headers["x-twilio-signature"]);
    const url = this.url + path;
    if (path.includes("bodySHA256")) return validateRequestWithBody(this.authToken, signature, url, body);
    return validateRequest(this.authToken, signature, url, params);
  }
}
