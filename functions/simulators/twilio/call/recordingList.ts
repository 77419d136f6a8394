import type { Recording } from "./recordings.js";

const KEPT = 2_000;

/** The latest recordings of this simulator, newest last; those that were deleted are known to its controls alone. */
export class RecordingList {
  private readonly bySid = new Map<string, Recording>();

  add(recording: Recording): void {
    this.bySid.set(recording.sid, recording);
    const [oldest] = this.bySid.keys();
    if (oldest && this.bySid.size > KEPT) this.bySid.delete(oldest);
  }

  get(sid: string): Recording | undefined {
    const recording = this.bySid.get(sid);
    return recording?.deletedAt === undefined ? recording : undefined;
  }

  all(): Recording[] {
    return [...this.bySid.values()].filter(({ deletedAt }) => deletedAt === undefined);
  }

  delete(recording: Recording): void {
    recording.deletedAt = Date.now();
  }

  /** With those that were deleted. */
  view(): RecordingView[] {
    return [...this.bySid.values()].map(viewRecording);
  }
}

export type RecordingView = ReturnType<typeof viewRecording>;

/** A recording as `GET /control/twilio/recordings` shows it; times are ms since the epoch. */
function viewRecording({ sid, call, status, channels, startedAt, deletedAt }: Recording) {
  const { to, from } = call.request;
  return { sid, callSid: call.sid, to, from, status, channels, startedAt, deletedAt: deletedAt ?? null };
}
