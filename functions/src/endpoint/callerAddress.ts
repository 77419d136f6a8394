import { isIPv6 } from "node:net";
import type { Request } from "firebase-functions/https";

/**
 * The network address of a caller. Hosting tells it in a header of its own; before a function called at its own URL,
 * Google's front end adds the address that it saw at the end of `X-Forwarded-For`, where nobody else can write.
 * Whoever calls a function directly can feign Hosting's header: a limit by address keeps off the careless, and what must
 * hold is limited by something else as well. Of IPv6 it is the network of 64 bits, which is one customer's.
 */
export function callerAddress({ headers, socket }: Pick<Request, "headers" | "socket">): string | undefined {
  const byHosting = headers["fastly-client-ip"];
  const byFrontEnd = String(headers["x-forwarded-for"] ?? "")
    .split(",")
    .at(-1);
  const address = String(byHosting ?? "").trim() || byFrontEnd?.trim() || socket.remoteAddress;
  return address === undefined || !isIPv6(address) ? address : networkOf(address);
}

function networkOf(address: string): string {
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const groups = (text = "") => text.split(":").filter((group) => group !== "");
  const [before, after] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
