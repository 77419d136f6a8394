import path from "node:path";
import { pathToFileURL } from "node:url";

/** A module of scripts/, which is not compiled. Tests run in the functions folder. */
export const importScript = (name: string) => import(pathToFileURL(path.resolve("scripts", name)).href);
