import assert from "node:assert/strict";
import RestException from "twilio/lib/base/RestException";

/** How the REST API refused something, as the SDK tells. */
export async function refusal(
  attempt: Promise<unknown>,
): Promise<{ status: number; code: number | undefined }> {
  const error = await attempt.then(
    () => assert.fail("It was not refused."),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RestException, String(error));
  assert.equal(error.moreInfo, `https://www.twilio.com/docs/errors/${error.code}`);
  return { status: error.status, code: error.code };
}
