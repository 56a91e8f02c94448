// The vocabulary of Anthropic's Messages API, as far as cbr looks into it. Unknown keys pass through untouched.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface CacheControl {
  type: "ephemeral";
  ttl?: "5m" | "1h";
}

export interface TextBlock {
  type: "text";
  text: string;
  cache_control?: CacheControl;
  [key: string]: unknown;
}
export interface ImageBlock {
  type: "image";
  source: { type: "base64"; media_type: string; data: string };
  cache_control?: CacheControl;
}
export interface DocumentBlock {
  type: "document";
  source:
    | { type: "base64"; media_type: string; data: string }
    | { type: "text"; media_type: "text/plain"; data: string };
  title?: string;
  citations?: { enabled: boolean };
  cache_control?: CacheControl;
}
export interface ThinkingBlock {
  type: "thinking";
  thinking: string;
  signature: string;
}
export interface RedactedThinkingBlock {
  type: "redacted_thinking";
  data: string;
}
export interface ToolUseBlock {
  type: "tool_use";
  id: string;
  name: string;
  input: unknown;
  cache_control?: CacheControl;
}
export interface ToolResultBlock {
  type: "tool_result";
  tool_use_id: string;
  content?: string | ContentBlock[];
  is_error?: boolean;
  cache_control?: CacheControl;
}
/** A block of a kind this version does not know; kept as it came. */
export interface OtherBlock {
  type: "other";
  raw: Record<string, unknown>;
}
export type ContentBlock =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | ThinkingBlock
  | RedactedThinkingBlock
  | ToolUseBlock
  | ToolResultBlock
  | OtherBlock;

export interface Message {
  role: "user" | "assistant";
  content: string | ContentBlock[];
}

export interface Tool {
  name: string;
  description?: string;
  input_schema?: Record<string, unknown>;
  cache_control?: CacheControl;
  [key: string]: unknown;
}

/** A Messages API body without what Bedrock moves elsewhere: `model`, `stream`, `anthropic_version`, `anthropic_beta`. */
export interface MessagesBody {
  max_tokens: number;
  messages: Message[];
  system?: string | TextBlock[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  thinking?: { type: string; budget_tokens?: number; display?: string };
  output_config?: { effort?: string; format?: Record<string, unknown> };
  tools?: Tool[];
  tool_choice?: { type: string; name?: string; disable_parallel_tool_use?: boolean };
  metadata?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
  /** Split of cache_creation_input_tokens by lifetime, where the service tells. */
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
}
