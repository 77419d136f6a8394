const fs = require("node:fs");
const Mocha = require("mocha");

/** Mocha's own spec output; when the run has ended, its counts also go as JSON to the file COUNTS_FILE names. */
module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = runner.stats;
      fs.writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped }));
    });
  }
};
