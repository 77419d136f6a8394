import { z } from "zod";
import { Calendar } from "./calendar/calendar.js";
import { subjectOf } from "./ids.js";
import { isTimeZone } from "./time/zones.js";

const zoneName = z.string().refine(isTimeZone, { error: "must be the name of a time zone" });

/** The body of `POST /control/google/accounts`: someone who has a Google account. */
export const accountSchema = z.strictObject({
  email: z.email(),
  name: z.string().optional(),
  timeZone: zoneName.default("America/New_York"),
  /** Pages of events are no longer than this, whatever is asked for, as Google reserves to do. */
  pageSizeMax: z.int().min(1).max(2_500).default(2_500),
  /** The calendars beside the primary one. */
  calendars: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        summary: z.string().optional(),
        timeZone: zoneName.optional(),
        accessRole: z.enum(["owner", "writer", "reader"]).default("owner"),
      }),
    )
    .default([]),
});

export type AccountInput = z.input<typeof accountSchema>;

/** Someone's Google account, with calendars of its own. */
export class Account {
  readonly email: string;
  readonly name: string;
  readonly subject: string;
  readonly timeZone: string;
  readonly pageSizeMax: number;
  readonly primary: Calendar;
  private readonly others: Calendar[];

  /** @throws ZodError */
  constructor(input: AccountInput) {
    const { email, name, calendars, ...settings } = accountSchema.parse(input);
    this.email = email;
    this.name = name ?? email;
    this.subject = subjectOf(email);
    this.timeZone = settings.timeZone;
    this.pageSizeMax = settings.pageSizeMax;
    const { timeZone } = settings;
    this.primary = new Calendar({
      id: email,
      summary: email,
      timeZone,
      accessRole: "owner",
      ownerEmail: email,
    });
    this.others = calendars.map(
      ({ id, accessRole, ...own }) =>
        new Calendar({
          id,
          summary: own.summary ?? id,
          timeZone: own.timeZone ?? timeZone,
          accessRole,
          ownerEmail: email,
        }),
    );
  }

  get calendars(): Calendar[] {
    return [this.primary, ...this.others];
  }

  /** A calendar by its id, or `primary`; undefined for one that this account does not see. */
  calendar(id: string): Calendar | undefined {
    return id === "primary" ? this.primary : this.calendars.find((one) => one.id === id);
  }
}

/** Everyone who has a Google account here; the first is the one that is signed in. */
export class AccountList {
  private readonly accounts = new Map<string, Account>();

  /** One with the same address is replaced, and its events with it. @throws ZodError */
  add(input: AccountInput): Account {
    const account = new Account(input);
    this.accounts.set(account.email, account);
    return account;
  }

  get(email: string): Account | undefined {
    return this.accounts.get(email);
  }

  delete(email: string): void {
    this.accounts.delete(email);
  }

  all(): Account[] {
    return [...this.accounts.values()];
  }
}
