/** Words as a shell would split them, quotes and backslashes honoured, and nothing else expanded or run. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const piece = /\s*(?:((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)|(\S))/gsy;
  for (const [, word, stray] of text.matchAll(piece)) {
    words.push(stray ?? unquote(word ?? ""));
  }
  return words;
}

function unquote(word: string): string {
  return word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs, (_, single, double, escaped) =>
    single !== undefined
      ? single
      : double !== undefined
        ? String(double).replace(/\\(["\\$`])/g, "$1")
        : escaped,
  );
}
