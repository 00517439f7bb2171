/** Shells that completion scripts are written for. */
export type Shell = 'bash' | 'zsh' | 'fish';

const BASH = `# Completion of orchestrate for bash.
# For good: orchestrate completion bash > ~/.local/share/bash-completion/completions/orchestrate
# Without bash-completion: source this file from ~/.bashrc.
_orchestrate() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current prefix value says
  read -ra words <<< "$line"
  case "$line" in *[[:space:]]) words+=('') ;; esac
  current="\${words[\${#words[@]}-1]}"
  # Bash takes = and : for borders of words; what is before them is on the line already.
  prefix="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value says; do
    case "$value" in
      :file | :folder) return ;;
    esac
    value="\${value#"$prefix"}"
    case "$current" in
      [\\"\\']*) COMPREPLY+=("$value") ;;
      *) COMPREPLY+=("$(printf '%q' "$value")") ;;
    esac
  done < <(orchestrate __complete "\${words[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _orchestrate orchestrate
`;

const ZSH = `#compdef orchestrate
# Completion of orchestrate for zsh.
# For good: orchestrate completion zsh > a folder of your $fpath, as the file _orchestrate; or source this file from ~/.zshrc.
_orchestrate() {
  local line value
  local -a lines entries
  lines=("\${(@f)$(orchestrate __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "$lines[1]" in
    :file) _files; return ;;
    :folder) _files -/; return ;;
  esac
  for line in $lines; do
    value="\${line%%$'\\t'*}"
    [[ -z "$value" ]] && continue
    if [[ "$line" == *$'\\t'* ]]; then
      entries+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      entries+=("\${value//:/\\\\:}")
    fi
  done
  _describe orchestrate entries
}
if [[ "$funcstack[1]" == _orchestrate ]]; then _orchestrate "$@"; else compdef _orchestrate orchestrate; fi
`;

const FISH = `# Completion of orchestrate for fish.
# For good: orchestrate completion fish > ~/.config/fish/completions/orchestrate.fish
function __orchestrate_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (orchestrate __complete $words[2..-1] 2>/dev/null)
    switch "$lines[1]"
        case :file
            __fish_complete_path (commandline -ct)
        case :folder
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\\n' $lines
    end
end
complete -c orchestrate -f -a '(__orchestrate_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The completion script of a shell. It asks `orchestrate __complete` for the candidates, so it never goes stale. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
