/** A variable that the running stack hands to the tests. @throws Error where there is no stack */
export function fromStack(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the tests need a running stack (npm test).`);
  return value;
}
