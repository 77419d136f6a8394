import type { World } from "../world.js";
import type { Form } from "./form.js";

/** A request to the REST API, read and authenticated. */
export interface RestRequest {
  world: World;
  /** As Twilio's host has it, from `/2010-04-01` or `/v2` on. */
  path: string;
  /** The ids in the path after the account's. */
  sids: string[];
  query: Form;
  form: Form;
  /** The simulator's address as the client knows it. */
  apiUrl: string;
}

/** What is answered: JSON, or a file. */
export interface Answer {
  status: number;
  body?: unknown;
  file?: Buffer;
}
