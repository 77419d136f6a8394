/** Which way a call's client events came; a session over a WebSocket has only one. */
export type EventLane = "data_channel" | "sideband";

/** What a session received, for `GET /control/openai/sessions`; bounded, and without audio. */
export class EventLog {
  private readonly entries: Record<string, unknown>[] = [];
  private droppedCount = 0;

  constructor(private readonly limit = 1_000) {}

  /** Audio becomes a byte count, and a run of appends becomes one entry that counts them. */
  add(event: Record<string, unknown>, via?: EventLane): void {
    const lane = via && { via };
    const last = this.entries.at(-1);
    if (event.type === "input_audio_buffer.append") {
      const bytes = base64Bytes(event.audio);
      if (last?.type === event.type && last?.via === via) {
        last.count = (last.count as number) + 1;
        last.audio_bytes = (last.audio_bytes as number) + bytes;
        return;
      }
      this.push({ type: event.type, count: 1, audio_bytes: bytes, ...lane });
      return;
    }
    const shown = JSON.parse(JSON.stringify(event, audioAsCount)) as Record<string, unknown>;
    this.push({ ...shown, ...lane });
  }

  toJSON(): { events: Record<string, unknown>[]; dropped: number } {
    return { events: this.entries, dropped: this.droppedCount };
  }

  private push(entry: Record<string, unknown>): void {
    this.entries.push(entry);
    if (this.entries.length <= this.limit) return;
    this.entries.shift();
    this.droppedCount += 1;
  }
}

function audioAsCount(key: string, value: unknown): unknown {
  return key === "audio" && typeof value === "string" ? `${base64Bytes(value)} bytes` : value;
}

function base64Bytes(value: unknown): number {
  return typeof value === "string" ? Buffer.byteLength(value, "base64") : 0;
}
