import { z } from "zod";

export const startInput = z.strictObject({
  patientId: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: "The caller's own uid, where the app sends it along." }),
});
export type StartInput = z.output<typeof startInput>;

export const startOutput = z
  .object({
    success: z.literal(true),
    data: z.object({
      apiKey: z
        .string()
        .meta({ description: "Public, or a short-lived public token: for `new Vapi(apiKey)`." }),
      assistantId: z.string(),
      patientContext: z
        .object({
          id: z.string().meta({ description: "The caller's uid." }),
          validatedAt: z.iso.datetime(),
        })
        .meta({
          description:
            "To be given to `vapi.start` as the `metadata` of the assistant: by it Vapi's messages find the session.",
        }),
    }),
    message: z.literal("Vapi configuration retrieved"),
  })
  .meta({ id: "VapiConfiguration" });
export type StartOutput = z.output<typeof startOutput>;

/** https://docs.vapi.ai/server-url/events; what a message says is read by its type, loosely, for Vapi adds as it likes */
export const eventInput = z.looseObject({ message: z.looseObject({ type: z.string() }) });
export type EventInput = z.output<typeof eventInput>;
export const noAnswer = z.undefined();
