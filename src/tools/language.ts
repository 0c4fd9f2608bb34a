/** Words that a reader stops at, and what to write instead. */
const words: [pattern: string, instead: string][] = [
  ["anew", "again"],
  ["who(?:so)?ever", "a caller who, anybody who"],
  ["behind", "after"],
  ["the less|less (?:the|its|their|those|what)", "without, minus"],
  ["hence(?:forth)?", "so, from now on"],
  ["in vain", "without success"],
  ["for want of", "for lack of"],
  ["(?:give|gives|given|gave|giving) out", "serve"],
  ["roll-ups?", "rollup"],
  ["another (?:one )?than", "different from"],
  ["(?:there|where|here)(?:by|in|of|upon|with)", "by this, in it, of which"],
  ["reckon\\w*", "work out"],
  ["hitherto|forthwith|lest|shall", "until now, at once, so that not, must"],
];

/** Where something does stand behind another thing. */
const behindIsRight = [
  /\b(?:leav\w+|left|lags?|falls?)\b[^.;]{0,40}\bbehind\b/g,
  /\bbehind (?:a|an|the) (?:alias|load balancer|number|proxy)\b/g,
  /\b(?:tables?|events|what is)\s+behind\b/g,
  /\b(?:minutes?|hours?|days?|half)\b[^.;]{0,40}\bbehind\b/g,
];

// words of a phrase may stand on two lines of a comment
const gap = "[\\s*/#-]+";
const pattern = new RegExp(
  `(?<![\\w-])(?:${words.map(([word]) => `(${word.replaceAll(" ", gap)})`).join("|")})(?![\\w-])`,
  "gi",
);

/** A word that is not to be used. */
export interface LanguageFault {
  line: number;
  word: string;
  instead: string;
}

/** The words in a text that the house does not use, with what it says instead. */
export function languageFaults(text: string): LanguageFault[] {
  const right = behindIsRight.flatMap((each) =>
    [...text.matchAll(each)].map(({ 0: match, index }) => [index, index + match.length])
  );
  return [...text.matchAll(pattern)].flatMap(({ 0: match, index, ...groups }) => {
    if (right.some(([from, to]) => index >= from && index < to)) return [];
    const which = words.findIndex((_, i) => (groups as Record<number, string>)[i + 1] !== undefined);
    return {
      line: text.slice(0, index).split("\n").length,
      word: match.replaceAll(/[\s*/#]+/g, " "),
      instead: words[which][1],
    };
  });
}
