import type { StoredEvent } from "./event.js";

export interface CalendarSettings {
  id: string;
  summary: string;
  timeZone: string;
  accessRole: "owner" | "writer" | "reader";
  ownerEmail: string;
}

/** One calendar as one account sees it, and its events. */
export class Calendar {
  readonly id: string;
  readonly summary: string;
  readonly timeZone: string;
  readonly accessRole: CalendarSettings["accessRole"];
  readonly ownerEmail: string;
  /** When something changed last, in milliseconds since the epoch. */
  updated = 0;
  private readonly stored = new Map<string, StoredEvent>();
  private version = 0;

  constructor(settings: CalendarSettings) {
    this.id = settings.id;
    this.summary = settings.summary;
    this.timeZone = settings.timeZone;
    this.accessRole = settings.accessRole;
    this.ownerEmail = settings.ownerEmail;
  }

  /** What is stored under an id, cancelled or not; the instances of a recurring event are not, unless changed. */
  get(id: string): StoredEvent | undefined {
    return this.stored.get(id);
  }

  /** Everything stored, in the order that it came. */
  events(): StoredEvent[] {
    return [...this.stored.values()];
  }

  /** Stores an event under its id, with a new etag. */
  put(event: StoredEvent, now: number): StoredEvent {
    // Two changes in one millisecond must still differ.
    this.version = Math.max(this.version + 1, now * 2_000);
    this.updated = now;
    const stored = { ...event, updated: now, etag: `"${this.version}"` };
    this.stored.set(event.id, stored);
    return stored;
  }

  /** The instances of recurring events that were changed or cancelled, by the recurring event's id. */
  exceptions(): Map<string, StoredEvent[]> {
    const exceptions = new Map<string, StoredEvent[]>();
    for (const event of this.stored.values()) {
      const id = event.instance?.of;
      if (id === undefined) continue;
      const known = exceptions.get(id);
      if (known) known.push(event);
      else exceptions.set(id, [event]);
    }
    return exceptions;
  }

  get etag(): string {
    return `"p${this.version}"`;
  }

  clear(): void {
    this.stored.clear();
  }
}
