import { randomBytes } from "node:crypto";

/** A fresh id in Twilio's manner: two letters for the kind of resource, 32 hexadecimal digits. */
export function newSid(kind: "CA" | "GT" | "GX" | "MZ" | "RE" | "RQ"): string {
  return kind + randomBytes(16).toString("hex");
}
