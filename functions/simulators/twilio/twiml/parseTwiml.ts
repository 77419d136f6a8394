import { XMLParser, XMLValidator } from "fast-xml-parser";
import { GRAMMAR, NOT_SIMULATED, VALUES } from "./grammar.js";

/** An element of a TwiML document; its text without the blanks around it. */
export interface TwimlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: TwimlElement[];
}

/** A document that Twilio would not execute, with its error code. */
export class TwimlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const MAX_BYTES = 64 * 1024;
/** https://www.twilio.com/docs/voice/twiml/stream#custom-parameters */
const PARAMETER_MAX_CHARACTERS = 500;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});

/** The verbs of a TwiML document, in order. @throws TwimlError */
export function parseTwiml(document: string): TwimlElement[] {
  if (Buffer.byteLength(document) > MAX_BYTES) throw new TwimlError(11750, "TwiML response body too large");
  const wellFormed = XMLValidator.validate(document.trim());
  if (wellFormed !== true) {
    const { msg, line, col } = wellFormed.err;
    throw new TwimlError(12100, `Document parse failure: ${msg} (line ${line}, column ${col})`);
  }
  const [root, ...more] = elementsOf(parser.parse(document.trim()) as Node[]);
  if (root?.name !== "Response" || more.length > 0) {
    throw new TwimlError(12100, "Document parse failure: the root must be one <Response>");
  }
  check(root);
  return root.children;
}

type Node = Record<string, unknown>;

function elementsOf(nodes: Node[]): TwimlElement[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ":@" && key !== "#text");
    if (name === undefined || name.startsWith("?")) return [];
    const inner = node[name] as Node[];
    const attributes = (node[":@"] ?? {}) as Record<string, string>;
    return [{ name, attributes, text: textOf(inner).trim(), children: elementsOf(inner) }];
  });
}

function textOf(nodes: Node[]): string {
  return nodes.map((node) => ("#text" in node ? String(node["#text"]) : "")).join("");
}

function check(element: TwimlElement): void {
  const { name, attributes, children } = element;
  const grammar = GRAMMAR[name];
  if (!grammar) return; // SSML, which only Say admits, is read and not looked into.
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!grammar.attributes.includes(attribute))
      invalid(`attribute "${attribute}" is not allowed in <${name}>`);
    if (VALUES[attribute]?.test(value) === false)
      invalid(`"${value}" is no value of ${attribute} in <${name}>`);
  }
  for (const attribute of grammar.required ?? []) {
    if (!attributes[attribute]) invalid(`<${name}> must have the attribute "${attribute}"`);
  }
  for (const child of children) {
    if (NOT_SIMULATED.includes(child.name)) invalid(`<${child.name}> is TwiML, but is not simulated`);
    if (!grammar.children?.includes(child.name)) invalid(`<${child.name}> is not allowed in <${name}>`);
    check(child);
  }
  checkContent(element);
}

function checkContent({ name, attributes, text, children }: TwimlElement): void {
  const expected = GRAMMAR[name]?.text;
  if (text !== "" && expected === undefined) invalid(`text is not allowed in <${name}>`);
  if (text === "" && (name === "Redirect" || (name === "Play" && !attributes.digits))) {
    invalid(`<${name}> must have a URL`);
  }
  if (name === "Connect" && children.length !== 1) invalid("<Connect> must have one <Stream>");
  if (name === "Dial" && text === "" && children.length === 0) invalid("<Dial> must have a number");
  if (name === "Stream" && attributes.track && attributes.track !== "inbound_track") {
    throw new TwimlError(
      31941,
      "Stream - Invalid Track configuration: <Connect> streams inbound_track alone",
    );
  }
  const { name: key = "", value = "" } = attributes;
  if (name === "Parameter" && key.length + value.length > PARAMETER_MAX_CHARACTERS) {
    invalid(`the name and value of a <Parameter> have at most ${PARAMETER_MAX_CHARACTERS} characters`);
  }
}

function invalid(what: string): never {
  throw new TwimlError(12200, `Schema validation warning: ${what}`);
}
