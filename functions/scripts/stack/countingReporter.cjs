const fs = require("node:fs");
const util = require("node:util");
const Mocha = require("mocha");

/**
 * Mocha's own spec output; when the run has ended, its counts also go as JSON to the file COUNTS_FILE names, with what
 * failed as mocha tells it.
 */
module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = runner.stats;
      const report = listOf(this.failures);
      fs.writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped, report }));
    });
  }
};

function listOf(failures) {
  const { Base } = Mocha.reporters;
  const { consoleLog } = Base;
  const lines = [];
  Base.consoleLog = (...line) => lines.push(util.format(...line));
  try {
    if (failures.length > 0) Base.list(failures);
  } finally {
    Base.consoleLog = consoleLog;
  }
  return lines.join("\n");
}
