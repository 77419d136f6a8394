// The links to the relay and the simulators exist only beside the emulators.
if (["127.0.0.1", "localhost"].includes(location.hostname)) {
  document.getElementById("local-links").hidden = false;
}
