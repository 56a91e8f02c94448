// Citations: Messages names the kind in `type` and spells out each offset; Converse has a union in `location`.
import { asArray, asNumber, asObject, asString, type JsonObject, present } from "./json.ts";

interface Kind {
  messages: string;
  converse: string;
  index: readonly [messages: string, converse: string];
  start: string;
  end: string;
}

const KINDS: readonly Kind[] = [
  kind("char_location", "documentChar", "char_index"),
  kind("page_location", "documentPage", "page_number"),
  kind("content_block_location", "documentChunk", "block_index"),
  {
    messages: "search_result_location",
    converse: "searchResultLocation",
    index: ["search_result_index", "searchResultIndex"],
    start: "start_block_index",
    end: "end_block_index",
  },
];

function kind(messages: string, converse: string, unit: string): Kind {
  return {
    messages,
    converse,
    index: ["document_index", "documentIndex"],
    start: `start_${unit}`,
    end: `end_${unit}`,
  };
}

/** A Converse citation as a Messages one; one of a kind that Messages lacks comes back as it is. */
export function citationFromConverse(value: unknown): unknown {
  const citation = asObject(value);
  const location = asObject(citation?.["location"]);
  const found = KINDS.find((candidate) => location?.[candidate.converse] !== undefined);
  const range = found && asObject(location?.[found.converse]);
  if (citation === null || !found || !range) return value;
  const isSearch = found.messages === "search_result_location";
  const texts = asArray(citation["sourceContent"]).map((part) => asString(asObject(part)?.["text"]) ?? "");
  return present({
    type: found.messages,
    cited_text: texts.join(""),
    [found.index[0]]: asNumber(range[found.index[1]]),
    [isSearch ? "title" : "document_title"]: citation["title"],
    source: citation["source"],
    [found.start]: range["start"],
    [found.end]: range["end"],
  });
}

/** A Messages citation as a Converse one, or null where Converse has no such kind. */
export function citationToConverse(value: unknown): JsonObject | null {
  const citation = asObject(value);
  const found = KINDS.find((candidate) => candidate.messages === citation?.["type"]);
  if (citation === null || !found) return null;
  return present({
    title: citation["document_title"] ?? citation["title"],
    source: citation["source"],
    sourceContent: [{ text: asString(citation["cited_text"]) ?? "" }],
    location: {
      [found.converse]: present({
        [found.index[1]]: citation[found.index[0]],
        start: citation[found.start],
        end: citation[found.end],
      }),
    },
  });
}
