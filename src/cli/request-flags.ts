// The flags that say what is asked of Claude: shared by every command that builds a request.
import type { Command } from "commander";
import { APIS } from "../core/claude.ts";
import type { SharedFlags } from "./context.ts";
import { collect, optionalValueFlag } from "./flags.ts";

/** What commander gives for the request flags; values that are settings stay unparsed until the settings are. */
export interface RequestFlags extends SharedFlags {
  model?: string;
  geo?: string;
  global?: boolean;
  check: boolean;
  api?: string;
  system?: string;
  systemFile?: string;
  file?: string[];
  maxTokens?: string;
  temperature?: string;
  topP?: string;
  topK?: string;
  stop?: string[];
  effort?: string;
  thinking?: string;
  beta?: string[];
  param?: string[];
  guardrail?: string;
  trace?: boolean;
  serviceTier?: string;
  latency?: string;
  tag?: string[];
  showThinking?: boolean;
  schema?: string;
  /** `5m` or `1h`. */
  cache?: string;
  body?: string;
  /** commander: `--no-stdin` gives false, `--stdin` true. */
  stdin?: boolean;
}

/** Adds the request flags to `command`. */
export function addRequestFlags(command: Command): Command {
  return command
    .option("-m, --model <model>", "alias, base id, inference profile id or ARN (default sonnet)")
    .option("--geo <geo>", "inference profile: global, us, eu, jp, au, in, apac, us-gov or none")
    .option("--global", "the same as `--geo global`")
    .option("--no-check", "send what the model's rules would refuse")
    .option("--api <api>", `which Bedrock API: ${APIS.join(", ")}`)
    .option("-s, --system <text>", "system prompt")
    .option("--system-file <path>", "system prompt from a file")
    .option(
      "-f, --file <path>",
      "attach a text, image or PDF file; repeatable, globs, `-` for stdin",
      collect,
    )
    .option("--stdin", "wait for the end of stdin")
    .option("--no-stdin", "never read stdin")
    .option("--max-tokens <n>", "most tokens to answer with (default 8192, 32000 with thinking)")
    .option("--temperature <x>", "sampling temperature")
    .option("--top-p <x>", "nucleus sampling")
    .option("--top-k <n>", "sample from the k likeliest")
    .option("--stop <text>", "stop sequence; repeatable", collect)
    .option("--effort <level>", "low, medium, high, xhigh or max, as the model takes")
    .option("--thinking <mode>", "a budget in tokens, adaptive or off")
    .option("--schema <file|json>", "answer with JSON that validates against this JSON Schema")
    .addOption(optionalValueFlag("--cache <ttl>", "cache breakpoints on system and files: 5m or 1h", "5m"))
    .option("--body <file>", "a whole Messages API body from a file, or `-` for stdin; flags win over it")
    .option("--beta <name>", "beta feature; repeatable", collect)
    .option("--param <key=json>", "any body field by path; repeatable", collect)
    .option("--guardrail <id[:version]>", "apply a Bedrock guardrail")
    .option("--trace", "ask for the guardrail's trace")
    .option("--service-tier <tier>", "default, priority, flex or reserved")
    .option("--latency <mode>", "standard or optimized")
    .option("--tag <key=value>", "request metadata for invocation logs; repeatable", collect);
}
