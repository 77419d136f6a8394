/** Frames in one direction: plain numbers, for every audio frame is counted, collected when `/metrics` is asked for. */
export class FrameCount {
  textFrames = 0;
  textBytes = 0;
  binaryFrames = 0;
  binaryBytes = 0;

  add(bytes: number, isBinary: boolean): void {
    if (isBinary) {
      this.binaryFrames += 1;
      this.binaryBytes += bytes;
    } else {
      this.textFrames += 1;
      this.textBytes += bytes;
    }
  }
}
