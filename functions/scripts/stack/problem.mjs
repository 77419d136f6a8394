/** Something the reader can put right: printed as it stands, without a stack trace. */
export class Problem extends Error {
  name = "Problem";
}

/** Runs a script's main function and turns its outcome into the process's exit code. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 1;
  }
}
