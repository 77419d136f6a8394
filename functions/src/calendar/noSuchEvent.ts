import { AppError } from "../core/errors";

export function noSuchEvent(): AppError {
  return new AppError("not_found", "There is no such event: list the events and take an id from there.");
}
