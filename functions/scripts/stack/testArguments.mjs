import path from "node:path";

const ALL_TESTS = ".build/test/**/*.test.js";
/**
 * Tests that leave the stack's own relay and what all users of its simulators share alone, or start a stack of their own.
 * They run beside the others, in so many processes as there are lists.
 */
const APART = [
  [
    ...["simulators", "scripts", "relay/phone", "core", "providers", "firestore"].map(
      (folder) => `${folder}/**/*`,
    ),
    "relay/!(conversation|officialClients)",
    "calls/dispatch!(Edges|Tasks)",
  ],
  [
    ...[
      ...["voice", "interviews", "vapi", "relay/sideband", "accounts"],
      ...["usage", "endpoint", "health"],
    ].map((folder) => `${folder}/**/*`),
    "webrtc/!(turnCredentials)",
    "calendar/a*",
    "{chat,speech}/stream*",
    "scenarios/!(sessions)",
    "transcripts/!(erasure|intelligence|keep)",
  ],
].map((lists) => lists.map((tests) => `.build/test/${tests}.test.js`));

// From any way to write it, relative to the repository, the package or its test folder, to the compiled file.
function compiledTest(argument) {
  const withinTests = argument
    .replaceAll(path.sep, "/")
    .replace(/^.*\bfunctions\//, "")
    .replace(/^(\.\/)?(test\/)?/, "")
    .replace(/\.ts$/, ".js");
  return withinTests.includes("/") ? `.build/test/${withinTests}` : `.build/test/**/${withinTests}`;
}

/**
 * Mocha's arguments from those of `npm test -- …`, one list for each process that runs tests: test files by their TypeScript
 * names, anything else as it is.
 */
export function mochaRuns(given) {
  const isTest = (argument) => /\.test\.[tj]s$/.test(argument);
  const files = given.filter(isTest).map(compiledTest);
  const others = given.filter((argument) => !isTest(argument));
  if (files.length > 0) return [[...others, ...files]];
  return [
    [...others, ...APART.flat().map((tests) => `--ignore=${tests}`), ALL_TESTS],
    ...APART.map((tests) => [...others, ...tests]),
  ];
}
