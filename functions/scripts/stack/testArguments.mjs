import path from "node:path";

const ALL_TESTS = ".build/test/**/*.test.js";

// From any way to write it, relative to the repository, the package or its test folder, to the compiled file.
function compiledTest(argument) {
  const withinTests = argument
    .replaceAll(path.sep, "/")
    .replace(/^.*\bfunctions\//, "")
    .replace(/^(\.\/)?(test\/)?/, "")
    .replace(/\.ts$/, ".js");
  return withinTests.includes("/") ? `.build/test/${withinTests}` : `.build/test/**/${withinTests}`;
}

/** Mocha's arguments from those of `npm test -- …`: test files by their TypeScript names, anything else as it is. */
export function mochaArguments(given) {
  const isTest = (argument) => /\.test\.[tj]s$/.test(argument);
  const files = given.filter(isTest).map(compiledTest);
  return [...given.filter((argument) => !isTest(argument)), ...(files.length > 0 ? files : [ALL_TESTS])];
}
