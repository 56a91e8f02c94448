// fast-check with cases that are the same in every run: a change is judged by what it changed, never by the luck of the
// day. New cases are looked for on purpose, with CBR_FUZZ_SEED=random or a number.
import fc from "fast-check";

const wish = process.env["CBR_FUZZ_SEED"] ?? "20260101";
fc.configureGlobal(wish === "random" ? {} : { seed: Number(wish) });

export default fc;
