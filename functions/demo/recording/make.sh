#!/usr/bin/env bash
# Makes conversation.wav from what conversation.json says, and writes the times of the turns back into it.
# Needs espeak-ng, sox and node; the demo itself needs none of the first two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readonly RATE=24000 LEAD_SECONDS=0.3 GAP_SECONDS=0.6 TAIL_SECONDS=0.3
pieces=()
times=()
at_ms=0

# Adds a file to the recording; what follows starts behind it.
add() {
  pieces+=("$1")
  at_ms=$((at_ms + $(soxi -s "$1") * 1000 / RATE))
}

silence() {
  sox -n -r "$RATE" -c 1 -b 16 "$work/silence-$1.wav" trim 0.0 "$1"
  add "$work/silence-$1.wav"
}

silence "$LEAD_SECONDS"
turn=0
while IFS= read -r text; do
  ((turn == 0)) || silence "$GAP_SECONDS"
  # Without the pauses before and after the words, and as loud as speech into a microphone.
  espeak-ng -v en-us+f3 -s 180 -w "$work/raw.wav" "$text"
  sox "$work/raw.wav" -r "$RATE" -c 1 -b 16 "$work/turn-$turn.wav" \
    silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse norm -6
  start_ms=$at_ms
  add "$work/turn-$turn.wav"
  times+=("$start_ms" "$at_ms")
  turn=$((turn + 1))
done < <(node -p 'require("./conversation.json").turns.map((turn) => turn.says).join("\n")')
silence "$TAIL_SECONDS"
sox "${pieces[@]}" conversation.wav

node - "${times[@]}" <<'SCRIPT'
const fs = require("node:fs");
const script = require("./conversation.json");
const times = process.argv.slice(2).map(Number);
for (const [index, turn] of script.turns.entries()) [turn.startMs, turn.endMs] = times.slice(index * 2);
fs.writeFileSync("conversation.json", `${JSON.stringify(script, null, 2)}\n`);
SCRIPT
ls -l conversation.wav
