/**
 * An exports object whose members are loaded when they are read. A deployed function reads its own alone and loads
 * nothing that only others need; discovery reads them all.
 */
export function lazyExports<T extends Record<string, () => unknown>>(
  loaders: T,
): { readonly [Name in keyof T]: ReturnType<T[Name]> } {
  const exports = {};
  for (const [name, load] of Object.entries(loaders)) {
    Object.defineProperty(exports, name, { enumerable: true, get: load });
  }
  return exports as { readonly [Name in keyof T]: ReturnType<T[Name]> };
}
