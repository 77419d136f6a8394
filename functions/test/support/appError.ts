import assert from "node:assert/strict";
import { AppError, type ErrorCode } from "../../src/core/errors";

/** Asserts that `work` fails with an `AppError` of this code, and gives it. */
export async function rejectsWith(code: ErrorCode, work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`expected to fail with ${code}`);
}
