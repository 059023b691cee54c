"""Completion of command lines in bash, zsh and fish, written from the parsers."""

from collections.abc import Iterator

from installer.linux.commands import Command, Option


def bash(program: Command) -> str:
    """A file for bash-completion; needs nothing of it."""
    cases: list[str] = []
    for one in _walk(program):
        words = [*(below.word for below in one.commands), *(name for option in one.options for name in option.names)]
        cases.append(f"    {_quoted(one.name)}) words={_quoted(' '.join(words))} ;;")
        for option in one.options:
            if option.value:
                kind = _quoted(" ".join(option.choices)) if option.choices else "" if option.file else "-"
                cases += [f"    {_quoted(f'{one.name} {name}')}) value={kind or 'FILE'} ;;" for name in option.names]
    verbs = "|".join(_quoted(one.name) for one in _walk(program) if one.commands) or "-"
    function = f"_{program.name.replace('-', '_')}"
    return f"""# Completion of {program.name} for bash, made from its own arguments.
{function}_words() {{
  words= value=
  case "$1" in
{chr(10).join(cases)}
  esac
}}
{function}() {{
  local place={program.name} words value one current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$place" in {verbs}) ;; *) break ;; esac
    one=${{COMP_WORDS[index]}}
    [[ $one == -* ]] && continue
    {function}_words "$place"
    [[ " $words " == *" $one "* ]] && place="$place $one"
  done
  COMPREPLY=()
  {function}_words "$place $before"
  if [[ $before == -* && -n $value ]]; then
    if [[ $value == FILE ]]; then
      compopt -o default 2> /dev/null || true
    elif [[ $value != - ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current")
    fi
    return 0
  fi
  {function}_words "$place"
  case "$place" in
    {verbs}) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    *) [[ $current == -* ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
  [[ ${{#COMPREPLY[@]}} -gt 0 ]] || compopt -o default 2> /dev/null || true
  return 0
}}
complete -F {function} {program.name}
"""


def zsh(program: Command) -> str:
    """A function for the completion system of zsh (zshcompsys(1))."""
    lines = [f"#compdef {program.name}", f"# Completion of {program.name} for zsh, made from its own arguments."]
    for one in reversed(list(_walk(program))):
        lines += _zsh_function(one)
    lines += [f'{_function(program)} "$@"', ""]
    return "\n".join(lines)


def fish(program: Command) -> str:
    """A file for fish (complete(1))."""
    name = program.name
    lines = [f"# Completion of {name} for fish, made from its own arguments."]
    for one in _walk(program):
        depth = one.name.split()[1:]
        verbs = " ".join(below.word for below in one.commands)
        inside = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in depth) or (
            "__fish_use_subcommand" if verbs else ""
        )
        if depth and verbs:
            inside = f"{inside}; and not __fish_seen_subcommand_from {verbs}"
        when = f" -n {_quoted(inside)}" if inside else ""
        lines += [f"complete -c {name}{when} -a {below.word} -d {_quoted(below.help)}" for below in one.commands]
        for option in one.options:
            lines += _fish_option(name, when, option)
    return "\n".join(lines) + "\n"


def _walk(command: Command) -> Iterator[Command]:
    yield command
    for one in command.commands:
        yield from _walk(one)


def _quoted(text: str) -> str:
    """As one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _function(command: Command) -> str:
    return "_" + command.name.replace(" ", "__").replace("-", "_")


def _zsh_function(command: Command) -> list[str]:
    lines = [f"{_function(command)}() {{"]
    specs = [spec for one in command.options for spec in _zsh_specs(one)]
    if command.commands:
        offered = " ".join(f'{one.word}\\:"{_inner(one.help)}"' for one in command.commands)
        lines += ["  local state line", f"  _arguments -C {' '.join(map(_quoted, specs))} \\"]
        lines += [f"    {_quoted(f'1:command:(({offered}))')} '*::argument:->below'", "  [[ $state == below ]] || return 0"]
        lines += ["  case $line[1] in", *(f"    {one.word}) {_function(one)} ;;" for one in command.commands), "  esac"]
    else:
        lines.append(f"  _arguments {' '.join(map(_quoted, specs))}")
    return [*lines, "}"]


def _zsh_specs(one: Option) -> list[str]:
    action = f"({' '.join(one.choices)})" if one.choices else "_files" if one.file or not one.names else " "
    value = f":{_inner(one.value.lower()) or 'value'}:{action}" if one.value else ""
    if not one.names:
        return [f"*{value}" if one.many else value if one.needed else f":{value}"]
    return [f"{'*' if one.many else ''}{name}[{_inner(one.help)}]{value}" for name in one.names]


def _inner(text: str) -> str:
    """Text inside a specification of _arguments."""
    for mark in '"`$()':  # inside ((...)) it is a text in double quotes
        text = text.replace(mark, "")
    for mark in "\\:[]":
        text = text.replace(mark, f"\\{mark}")
    return text


def _fish_option(name: str, when: str, one: Option) -> list[str]:
    if not one.names:
        return []
    words = " ".join(f"-l {text[2:]}" if text.startswith("--") else f"-s {text[1:]}" for text in one.names)
    value = ""
    if one.choices:
        value = f" -x -a {_quoted(' '.join(one.choices))}"
    elif one.value:
        value = " -r -F" if one.file else " -x"
    return [f"complete -c {name}{when} {words}{value} -d {_quoted(one.help)}"]
