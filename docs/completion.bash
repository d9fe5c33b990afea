# Completes the commands and options of flownally in bash; load it by `source docs/completion.bash`.
# The program itself tells what fits: `flownally "[suggest:POSITION]" LINE`. Where nothing fits, bash completes file names.
_flownally() {
    local line=${COMP_LINE#*"${COMP_WORDS[0]}"}
    local position=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
    local fits
    fits=$("${COMP_WORDS[0]}" "[suggest:$position]" "$line" 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "$fits" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _flownally flownally ./flownally
