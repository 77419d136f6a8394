import { verify } from "jsonwebtoken";
import { z } from "zod";
import type { RequestView } from "./requestLog.js";
import type { World } from "./world.js";

/** What a browser asks to start. */
export interface Wanted {
  assistantId: string | undefined;
  isTransient: boolean;
  origin: string | undefined;
}

// https://docs.vapi.ai/customization/jwt-authentication
const publicClaims = z.object({
  orgId: z.string(),
  exp: z.number(),
  token: z.object({
    tag: z.literal("public"),
    restrictions: z
      .object({
        enabled: z.boolean(),
        allowedOrigins: z.array(z.string()).optional(),
        allowedAssistantIds: z.array(z.string()).optional(),
        allowTransientAssistant: z.boolean().optional(),
      })
      .optional(),
  }),
});

/** What a request was asked with, by its `Authorization`. */
export function keyOf({ account }: World, authorization: string | undefined): RequestView["key"] {
  const key = bearer(authorization);
  if (key === undefined) return "none";
  if (key === account.privateKey) return "private";
  if (key === account.publicKey) return "public";
  return key.split(".").length === 3 ? "token" : "unknown";
}

/** Why a call may not be started so; undefined where it may. */
export function whyNot(world: World, authorization: string | undefined, wanted: Wanted): string | undefined {
  const kind = keyOf(world, authorization);
  if (kind === "public") return undefined;
  return kind === "token" ? whyNotByToken(world, bearer(authorization) ?? "", wanted) : "Invalid Key.";
}

function whyNotByToken({ account }: World, token: string, wanted: Wanted): string | undefined {
  let claims: z.output<typeof publicClaims>;
  try {
    claims = publicClaims.parse(verify(token, account.privateKey, { algorithms: ["HS256"] }));
  } catch {
    return "Invalid or expired token.";
  }
  if (claims.orgId !== account.orgId) return "The token is another organisation's.";
  const { restrictions } = claims.token;
  if (!restrictions?.enabled) return undefined;
  const { allowedOrigins, allowedAssistantIds, allowTransientAssistant = true } = restrictions;
  if (wanted.origin !== undefined && allowedOrigins && !allowedOrigins.includes(wanted.origin))
    return "Origin not allowed.";
  if (wanted.isTransient && !allowTransientAssistant) return "Transient assistants are not allowed.";
  const isListed =
    allowedAssistantIds === undefined || allowedAssistantIds.includes(wanted.assistantId ?? "");
  return wanted.isTransient || isListed ? undefined : "Assistant not allowed.";
}

function bearer(authorization = ""): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}
