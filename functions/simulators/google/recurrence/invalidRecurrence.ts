/** A line of an event's recurrence that is none, or that is not simulated. */
export class InvalidRecurrence extends Error {
  constructor(readonly line: string) {
    super(`Not a recurrence rule that is simulated: ${line}`);
  }
}
