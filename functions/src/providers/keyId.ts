import { sha256 } from "../core/ids";
import { KeyPool } from "./keyPool";

/** What a key is known by where it must not be stored. */
export function keyIdOf(key: string): string {
  return sha256(key).slice(0, 16);
}

/** Of a pool the key with this id; the whole pool where it has none, as after a rotation. */
export function keysWith(pool: KeyPool, keyId: string): KeyPool {
  const own = pool.order(Date.now()).filter((key) => keyIdOf(key) === keyId);
  return own.length > 0 ? new KeyPool(own) : pool;
}
