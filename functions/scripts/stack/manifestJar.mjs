import { Buffer } from "node:buffer";

const NAME = "META-INF/MANIFEST.MF";
// The limit of a manifest's line, in bytes without its line end; the rest continues after a space.
const LINE_BYTES = 70;

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const wrapped = (line) => line.match(new RegExp(`.{1,${LINE_BYTES}}`, "g")).join("\r\n ");

/** A JAR that holds nothing but a manifest: it makes another JAR, which names no main class, runnable by `java -jar`. */
export function manifestJar({ mainClass, classPath }) {
  const lines = ["Manifest-Version: 1.0", `Main-Class: ${mainClass}`, `Class-Path: ${classPath}`];
  const data = Buffer.from(`${lines.map(wrapped).join("\r\n")}\r\n\r\n`);
  const name = Buffer.from(NAME);

  // What a zip file says of an entry both before its bytes and in the directory at the end (version 2.0, stored).
  const entry = Buffer.alloc(26);
  entry.writeUInt16LE(20, 0);
  entry.writeUInt16LE(0x21, 8); // 1980-01-01, the earliest date a zip file can say
  entry.writeUInt32LE(crc32(data), 10);
  entry.writeUInt32LE(data.length, 14);
  entry.writeUInt32LE(data.length, 18);
  entry.writeUInt16LE(name.length, 22);

  const local = Buffer.concat([Buffer.from("PK\x03\x04"), entry, name, data]);
  const directory = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), entry, Buffer.alloc(14), name]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, directory, Buffer.from("PK\x05\x06"), end]);
}
