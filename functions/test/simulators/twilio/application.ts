import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { validateRequest } from "twilio/lib/webhooks/webhooks";
import { type WebSocket, WebSocketServer } from "ws";

/** A webhook that the application was sent. */
export interface Received {
  path: string;
  params: Record<string, string>;
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
  /** What each path answers; 200 and nothing where there is none. */
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

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
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
    const params = Object.fromEntries(new URLSearchParams(text));
    const signature = String(request.headers["x-twilio-signature"]);
    const isSigned = validateRequest(this.authToken, signature, this.url + request.url, params);
    const received = { path: request.url ?? "", params, isSigned, headers: request.headers };
    this.received.push(received);
    return this.replies.get(received.path)?.(received) ?? {};
  }
}
