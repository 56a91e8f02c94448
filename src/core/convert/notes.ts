// What a conversion has to tell: people must know what is not as it was.

/** `changed`: said otherwise, nothing lost. `lost`: the target cannot say it, so it is not there any more. */
export interface Note {
  kind: "changed" | "lost";
  /** Where in the source body: `messages[0].content[1]`. */
  path: string;
  message: string;
}

/** Collects notes during one conversion. */
export class Notes {
  readonly list: Note[] = [];

  changed(path: string, message: string): void {
    this.list.push({ kind: "changed", path, message });
  }

  lost(path: string, message: string): void {
    this.list.push({ kind: "lost", path, message });
  }

  /** Notes as lost every key of `object` that is not among `known`. */
  lostKeys(object: Record<string, unknown>, known: readonly string[], path: string, target: string): void {
    for (const [key, value] of Object.entries(object)) {
      if (known.includes(key) || value === undefined || value === null) continue;
      this.lost(`${path}.${key}`, `${target} has no \`${key}\` here`);
    }
  }
}
