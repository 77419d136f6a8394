import type { RelayMetrics } from "./metrics";
import type { Readiness } from "./readiness";

/** What an instance knows of itself. */
export interface InstanceState {
  metrics: RelayMetrics;
  readiness: Readiness;
  isDraining: boolean;
}

interface Page {
  status: number;
  body: string;
  type: string;
}

/** The pages that an instance has beside its sockets, for whoever runs it. */
export async function statusPage(path: string, state: InstanceState): Promise<Page> {
  switch (path) {
    // Cloud Run's own addresses keep some paths that end in z to themselves.
    case "/healthz":
    case "/health":
      return text(200, "ok\n");
    case "/readyz":
    case "/ready":
      return readyPage(state);
    case "/metrics": {
      const { registry } = state.metrics;
      return { status: 200, body: await registry.metrics(), type: registry.contentType };
    }
    default:
      return text(404, "There is nothing at this address. Realtime sockets are at /api/realtime.\n");
  }
}

async function readyPage({ readiness, isDraining }: InstanceState): Promise<Page> {
  if (isDraining) return text(503, "draining\n");
  const missing = await readiness.missing();
  return missing.length === 0 ? text(200, "ready\n") : text(503, `${missing.join(" ")}\n`);
}

function text(status: number, body: string): Page {
  return { status, body, type: "text/plain; charset=utf-8" };
}
