import type WebSocket from "ws";

type Reader = (message: Buffer, isBinary: boolean) => void;

/**
 * The messages of a socket, read by one reader after another. Between two of them the socket is paused; what it had read
 * by then waits here, which is a piece of its network's at most.
 */
export class Inbox {
  #reader: Reader | undefined;
  #waiting: Parameters<Reader>[] = [];

  constructor(private readonly socket: WebSocket) {
    socket.on("message", (message: Buffer, isBinary: boolean) => {
      if (this.#reader) this.#reader(message, isBinary);
      else this.#waiting.push([message, isBinary]);
    });
  }

  read(reader: Reader): void {
    this.#reader = reader;
    for (const message of this.#waiting.splice(0)) reader(...message);
    this.socket.resume();
  }

  pause(): void {
    this.#reader = undefined;
    this.socket.pause();
  }
}
