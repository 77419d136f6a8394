import type { Account } from "./accounts.js";
import { type SeedInput, seedEvents } from "./seed.js";
import { DAY_MS, formatDate, weekdayOf } from "./time/civil.js";
import { localOf } from "./time/zones.js";
import type { World } from "./world.js";

const ADA = { email: "ada@example.com", name: "Ada Lovelace", timeZone: "America/New_York" };
const CHARLES = { email: "charles@example.com", name: "Charles Babbage", timeZone: "Europe/London" };

/** Lets there be two accounts; the first has a calendar with something in it, the same at every time of one day. */
export function fillWorld(world: World): void {
  const ada = world.accounts.add(ADA);
  world.accounts.add(CHARLES);
  seedEvents(ada.primary, demoEvents(ada, world.now()), world.now());
}

function demoEvents({ timeZone }: Account, now: number): SeedInput["events"] {
  const today = Math.floor(localOf(now, timeZone) / DAY_MS);
  const lastMonday = today - ((weekdayOf(today) + 6) % 7) - 7;
  const at = (day: number, time: string) => ({ dateTime: `${formatDate(day)}T${time}:00`, timeZone });
  return [
    {
      id: "demostandup",
      summary: "Team stand-up",
      description: "What is done, what is next, what is in the way.",
      start: at(lastMonday, "09:00"),
      end: at(lastMonday, "09:15"),
      recurrence: ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"],
    },
    {
      id: "demotea",
      summary: "Tea with Mary Somerville",
      start: at(today - 1, "16:00"),
      end: at(today - 1, "17:00"),
    },
    {
      id: "demopark",
      summary: "Evening walk",
      location: "St James's Square",
      start: at(today, "18:30"),
      end: at(today, "19:15"),
    },
    {
      id: "demoengine",
      summary: "Analytical Engine review",
      description: "Bring the table of Bernoulli numbers.",
      location: "1 Dorset Street, London",
      attendees: [
        { email: ADA.email, responseStatus: "accepted" },
        { email: CHARLES.email, displayName: CHARLES.name, responseStatus: "tentative" },
      ],
      start: at(today + 1, "14:00"),
      end: at(today + 1, "15:30"),
    },
    {
      id: "demolunch",
      summary: "Lunch with Charles",
      start: at(today + 2, "12:30"),
      end: at(today + 2, "13:30"),
    },
    {
      id: "demoreading",
      summary: "Reading group",
      start: at(today + 3, "17:00"),
      end: at(today + 3, "18:00"),
      recurrence: ["RRULE:FREQ=WEEKLY;INTERVAL=2"],
    },
    {
      id: "democonference",
      summary: "Conference in Turin",
      start: { date: formatDate(today + 5) },
      end: { date: formatDate(today + 8) },
    },
  ];
}
