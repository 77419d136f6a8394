import { type CollectionReference, type Firestore, Timestamp } from "firebase-admin/firestore";
import { z } from "zod";
import { type Ctx, requireSetting } from "../core/ctx";
import { converter, timestamp } from "../core/documents";
import { documentName } from "../core/firestore";
import { open, seal } from "../core/sealedText";
import { type TurnCredentials, turnCredentials as turnSchema } from "./turnSchemas";

/** The latest credentials that were made for a user; the document's id is the uid. */
const turnCredentialsDoc = z.object({
  userId: z.string(),
  /** The servers as JSON, sealed: nobody reads them without SECRET_KEY, nor in another user's document. */
  iceServers: z.string(),
  /** The seconds that were asked for. */
  ttl: z.number().int(),
  createdAt: timestamp,
  expiresAt: timestamp,
});
export type TurnCredentialsDoc = z.output<typeof turnCredentialsDoc>;

type IceServers = TurnCredentials["iceServers"];

/** Credentials as they were made. */
export interface KeptTurn {
  iceServers: IceServers;
  /** The seconds that were asked for. */
  ttl: number;
  createdAt: Date;
}

const turnConverter = converter<TurnCredentialsDoc>(turnCredentialsDoc);
const servers = turnSchema.shape.iceServers;

/** `turnCredentials`: what was given to users and is given to them again. */
export function turnCredentials(db: Firestore): CollectionReference<TurnCredentialsDoc, TurnCredentialsDoc> {
  return db.collection("turnCredentials").withConverter(turnConverter);
}

/** What was kept for a user; 1 read. @returns undefined where there is nothing, or nothing that can be opened */
export async function readTurn(ctx: Ctx, userId: string): Promise<KeptTurn | undefined> {
  const secret = secretKey(ctx);
  const kept = (await turnCredentials(ctx.db).doc(documentName(userId)).get()).data();
  if (!kept) return undefined;
  try {
    const iceServers = servers.parse(JSON.parse(open([secret], context(userId), kept.iceServers)));
    return { iceServers, ttl: kept.ttl, createdAt: kept.createdAt.toDate() };
  } catch {
    // Sealed with a key that is no more, or by a release that wrote it otherwise: new ones are soon made.
    return undefined;
  }
}

/** Keeps a user's credentials in the place of those before; 1 write. */
export async function keepTurn(ctx: Ctx, userId: string, { iceServers, ttl, createdAt }: KeptTurn) {
  await turnCredentials(ctx.db)
    .doc(documentName(userId))
    .set({
      userId,
      iceServers: seal(secretKey(ctx), context(userId), JSON.stringify(iceServers)),
      ttl,
      createdAt: Timestamp.fromDate(createdAt),
      expiresAt: Timestamp.fromMillis(createdAt.getTime() + ttl * 1_000),
    });
}

function secretKey(ctx: Ctx): string {
  return requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY");
}

function context(userId: string) {
  return { purpose: "turn credentials", subject: userId };
}
