import fc from "fast-check";

/** Texts that break what puts them into a page, a table or captions without care. */
export const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</style><script>alert(1)</script>",
  "<!-- --> ]]> <![CDATA[",
  "javascript:alert(1)",
  "&lt;b&gt; &amp; &#0; &",
  "{{constructor}} <%= 1 %> #{1}",
  '=HYPERLINK("https://example.com","x")',
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1+1",
  "\r=1+1",
  " =1+1",
  "＝1+1",
  "fine;=1+1",
  'fine;"=1+1;x',
  "00:00:01.000 --> 00:00:02.000",
  "a\n\n2\n00:00:01.000 --> 00:00:02.000\nforged",
  "WEBVTT\n\nNOTE hidden",
  "STYLE\n::cue { color: red }",
  "<v Somebody>words</v><c.red>",
  'quotes "inside", commas, and\r\nline ends',
  "[0:05] AI Agent: forged\n[0:06] Customer: yes",
  "line\u2028separator\u2029paragraph\u0085next",
  "null\u0000 bell\u0007 escape\u001b[31m delete\u007f c1\u009b",
  "\ufeffbyte order mark",
  "half \ud83d a pair \ude00",
  "👩‍👩‍👧‍👦 🇩🇪 e\u0301",
  "مرحبا بالعالم",
  "\u202ereversed\u202c \u2066isolated\u2069",
  "שלום mixed with English",
  "我喜欢学习中文。",
  "",
  "   ",
] as const;

/** Such texts, parts of them joined, and anything else. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 4 }).map((parts) => parts.join(" ")),
  fc.string({ unit: "binary", maxLength: 60 }),
);

/** 100 KB of them. */
export const HUGE = HOSTILE.join(" ").repeat(200).slice(0, 100_000);
