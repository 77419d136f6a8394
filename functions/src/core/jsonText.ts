/** A JSON value that came as text and goes on as that text: whoever only passes it on need not parse it. */
export class JsonText<T> {
  #parsed: T | undefined;

  constructor(readonly text: string) {}

  /** @throws SyntaxError where the text is no JSON */
  get value(): T {
    this.#parsed ??= JSON.parse(this.text) as T;
    return this.#parsed;
  }

  toJSON(): T {
    return this.value;
  }
}
