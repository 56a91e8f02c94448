// Ctrl-R as in a shell: each letter narrows, Ctrl-R again goes further back.

/** The newest entry at or after `from` that contains `query`, case aside; null where none does. `entries` are newest first. */
export function findEntry(entries: readonly string[], query: string, from: number): number | null {
  const wanted = query.toLowerCase();
  for (let i = from; i < entries.length; i++) {
    if (entries[i]?.toLowerCase().includes(wanted)) return i;
  }
  return null;
}

export interface SearchView {
  query: string;
  /** The entry found; null before there is a query, or where nothing matches. */
  match: string | null;
}

export type SearchOutcome =
  | { type: "searching"; view: SearchView }
  /** `rest` are keys for the editor: an Enter sends, an arrow moves. */
  | { type: "accepted"; match: string | null; rest: string }
  | { type: "cancelled" };

/** One search through `entries`, newest first. */
export class HistorySearch {
  readonly #entries: readonly string[];
  #query = "";
  #at: number | null = null;

  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  get view(): SearchView {
    return { query: this.#query, match: this.#at === null ? null : (this.#entries[this.#at] ?? null) };
  }

  /** Takes keys as the terminal sends them. */
  keys(keys: string): SearchOutcome {
    let rest = keys;
    while (rest !== "") {
      const key = String.fromCodePoint(rest.codePointAt(0) as number);
      if (key === "\u0007" || key === "\u0003") return { type: "cancelled" };
      if (key === "\u0012") this.#search((this.#at ?? -1) + 1);
      else if (key === "\u007f" || key === "\b") {
        this.#query = [...this.#query].slice(0, -1).join("");
        this.#search(0);
      } else if (key < " ") {
        // An escape key alone only ends the search.
        return { type: "accepted", match: this.view.match, rest: rest === "\u001b" ? "" : rest };
      } else {
        this.#query += key;
        this.#search(this.#at ?? 0);
      }
      rest = rest.slice(key.length);
    }
    return { type: "searching", view: this.view };
  }

  #search(from: number): void {
    if (this.#query === "") this.#at = null;
    else this.#at = findEntry(this.#entries, this.#query, from) ?? this.#at;
    if (this.#at !== null && findEntry(this.#entries.slice(this.#at, this.#at + 1), this.#query, 0) === null)
      this.#at = null;
  }
}
