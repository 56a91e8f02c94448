// What a shell must run once to complete `cbr`. The scripts know nothing themselves: they ask the program that is installed.
import type { Shell } from "./complete.ts";

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# completion of cbr for bash
_cbr() {
  local line word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_LINE:0:COMP_POINT}
  # What stands behind the cursor stays there.
  while [[ -n $before && -n $word && $before != *"$word" ]]; do word=\${word%?}; done
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(cbr __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _cbr cbr
`,
  zsh: `#compdef cbr
# completion of cbr for zsh
_cbr() {
  local line
  local -a found
  while IFS= read -r line; do
    # A colon with nothing behind it would be shown as a description.
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${line#*$'\\t'}:+:\${line#*$'\\t'}}")
  done < <(cbr __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe 'cbr' found
  else
    compset -P '--[^=]#='
    _files
  fi
}
if [ "$funcstack[1]" = "_cbr" ]; then
  _cbr "$@"
else
  compdef _cbr cbr
fi
`,
  fish: `# completion of cbr for fish
function __cbr_offers
    set -l words (commandline -opc) (commandline -ct)
    set -g __cbr_offered (cbr __complete fish $words[2..-1] 2>/dev/null)
    test (count $__cbr_offered) -gt 0
end
# Where nothing is offered, fish completes files by itself.
complete -c cbr -f -k -n __cbr_offers -a '$__cbr_offered'
`,
};
