import path from "node:path";
import { fileURLToPath } from "node:url";

export const FUNCTIONS_FOLDER = path.resolve(fileURLToPath(import.meta.url), "../../..");
export const REPO_FOLDER = path.dirname(FUNCTIONS_FOLDER);
export const PROJECT_ID = "demo-voice";
export const REGION = "us-central1";

/** The executable of an installed package, such as `tsc`. */
export const installedCommand = (name) => path.join(FUNCTIONS_FOLDER, "node_modules", ".bin", name);

/** Node 24, which the `node` package brings whatever Node the machine has. */
export const installedNode = () => path.join(FUNCTIONS_FOLDER, "node_modules", "node", "bin", "node");
