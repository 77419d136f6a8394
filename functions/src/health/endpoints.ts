import { z } from "zod";
import { voiceErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { checkHealth } from "./checkHealth";

const checking = operation({
  summary: "Whether the backend works",
  auth: "none",
  skipsAppCheck: true,
  errors: ["provider_unavailable"],
  input: z.strictObject({}),
  output: z.object({ status: z.literal("ok") }),
  run: checkHealth,
});

export const health = https({
  path: "/api/health",
  family: voiceErrors,
  routes: { GET: route(checking) },
});
