import { FRAME_MS } from "./playout.js";

/** After a longer standstill frames are not made up for: nobody would play them in time. */
const CATCH_UP_FRAMES = 10;

/** Calls `onTick` every {@link FRAME_MS} with how many frames have become due since; late timers do not slow it. */
export class FrameClock {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onTick: (dueFrames: number) => void) {}

  get isRunning(): boolean {
    return this.timer !== undefined;
  }

  /** Does nothing when it runs. */
  start(): void {
    if (this.timer) return;
    let dueAt = performance.now();
    this.timer = setInterval(() => {
      const due = Math.floor((performance.now() - dueAt) / FRAME_MS);
      if (due < 1) return;
      dueAt += due * FRAME_MS;
      this.onTick(Math.min(due, CATCH_UP_FRAMES));
    }, FRAME_MS / 2);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
