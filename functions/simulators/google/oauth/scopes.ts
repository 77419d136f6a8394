const PREFIX = "https://www.googleapis.com/auth/";
const KNOWN = /^https:\/\/www\.googleapis\.com\/auth\/[a-z][a-z._-]*$/;
const LONG_NAMES: Record<string, string> = {
  email: `${PREFIX}userinfo.email`,
  profile: `${PREFIX}userinfo.profile`,
};

const DESCRIPTIONS: Record<string, string> = {
  openid: "Associate you with your personal info on Google",
  [`${PREFIX}userinfo.email`]: "See your primary Google Account email address",
  [`${PREFIX}userinfo.profile`]: "See your personal info, including any you've made publicly available",
  [`${PREFIX}calendar`]:
    "See, edit, share, and permanently delete all the calendars you can access using Google Calendar",
  [`${PREFIX}calendar.readonly`]: "See and download any calendar you can access using your Google Calendar",
  [`${PREFIX}calendar.events`]: "View and edit events on all your calendars",
  [`${PREFIX}calendar.events.owned`]: "See, create, change, and delete events on Google calendars you own",
  [`${PREFIX}calendar.events.readonly`]: "View events on all your calendars",
  [`${PREFIX}calendar.freebusy`]: "View your availability in your calendars",
  [`${PREFIX}calendar.settings.readonly`]: "View your Calendar settings",
};

/** The scopes that are asked for, by their long names, and those of them that are none. */
export function readScopes(text: string): { scopes: string[]; invalid: string[] } {
  const names = new Set(text.split(" ").filter(Boolean));
  const scopes = [...names].map((name) => LONG_NAMES[name] ?? name);
  return { scopes, invalid: scopes.filter((scope) => scope !== "openid" && !KNOWN.test(scope)) };
}

export function describeScope(scope: string): string {
  return DESCRIPTIONS[scope] ?? scope;
}

/** Who someone is; no one is asked about these one by one. */
export function isIdentityScope(scope: string): boolean {
  return scope === "openid" || Object.values(LONG_NAMES).includes(scope);
}
