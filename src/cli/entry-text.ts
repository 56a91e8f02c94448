// A message of many lines in an editor that has one: line breaks are shown as a sign, large texts as a label that
// stands for them.

/** Stands for a line break in the edited line. */
const BREAK = "⏎";
const LABEL = /\[(?:\d+ lines|\d+ characters) #\d+\]/g;
const MOST_LINES = 4;
const LONGEST = 1000;

/** Shows texts as one line and finds the text of such a line again. One for the whole of a chat. */
export class EntryTexts {
  readonly #texts = new Map<string, string>();

  /** `text` as one line that `restore` turns back: itself where it is short, else a label. */
  show(text: string): string {
    const lines = text.split("\n").length;
    const isPlain =
      lines <= MOST_LINES &&
      text.length <= LONGEST &&
      !text.includes(BREAK) &&
      !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text) &&
      text.search(LABEL) === -1;
    if (isPlain) return text.replaceAll("\n", BREAK);
    const size = lines > 1 ? `${lines} lines` : `${text.length} characters`;
    const label = `[${size} #${this.#texts.size + 1}]`;
    this.#texts.set(label, text);
    return label;
  }

  /** The text that an edited line stands for. A label that was changed is no label any more. */
  restore(line: string): string {
    return line.replaceAll(BREAK, "\n").replace(LABEL, (label) => this.#texts.get(label) ?? label);
  }
}
