/** What an interview is about: it decides who interviews, and what is asked where nothing else is given. */
export const INTERVIEW_TYPES = [
  "behavioral",
  "case",
  "technical",
  "system_design",
  "product",
  "leadership",
  "general",
] as const;
export type InterviewType = (typeof INTERVIEW_TYPES)[number];

/** What an interview is called where its user gives it no title. */
export const DEFAULT_TITLES: Readonly<Record<InterviewType, string>> = {
  behavioral: "Behavioral interview",
  case: "Case interview",
  technical: "Technical interview",
  system_design: "System design interview",
  product: "Product interview",
  leadership: "Leadership interview",
  general: "General interview",
};
