import type { Command } from 'commander';
import { Argument } from 'commander';
import type { CommandContext } from './command.ts';
import { examples } from './command.ts';

/** Words that may follow the words of a command. */
interface Node {
  /** Words of the command itself: empty, `webhooks`, `webhooks list`. */
  path: string;
  words: { word: string; about: string }[];
}

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function addCompletion(program: Command, { host }: CommandContext): void {
  program
    .command('completion')
    .description('print a script for shell completion')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => host.write(SHELLS[shell](nodesOf(program, ''))))
    .addHelpText(
      'after',
      examples(
        'completion bash > ~/.local/share/bash-completion/completions/breakwater',
        'completion zsh > ~/.zfunc/_breakwater',
        'completion fish > ~/.config/fish/completions/breakwater.fish',
      ),
    );
}

/** The tree of commands, a command before those below it. */
function nodesOf(command: Command, path: string): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((inner) => command.commands.includes(inner));
  const choices = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((word) => ({ word, about: description })),
  );
  const options = help
    .visibleOptions(command)
    .map(({ long, description }) => ({ word: long ?? '', about: description }));
  const words = [
    ...commands.map((inner) => ({ word: inner.name(), about: inner.description() })),
    ...choices,
    ...options,
  ];
  return [{ path, words }, ...commands.flatMap((inner) => nodesOf(inner, `${path} ${inner.name()}`.trim()))];
}

const listOf = ({ words }: Node) => words.map(({ word }) => word).join(' ');

/** The longest path of commands among the words typed so far, in the shell's variable `at` (`path` is zsh's own). */
function walk(nodes: readonly Node[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `case "\${at:+$at }$word" in ${paths.join('|')}) at="\${at:+$at }$word" ;; esac`;
}

function bashScript(nodes: readonly Node[]): string {
  return `# breakwater completion bash
_breakwater() {
  local word at= words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    ${walk(nodes)}
  done
  case "$at" in
${nodes.map((node) => `    '${node.path}') words='${listOf(node)}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _breakwater breakwater
`;
}

function zshScript(nodes: readonly Node[]): string {
  const describe = ({ words }: Node) =>
    words.map(({ word, about }) => `'${quote(word).replaceAll(':', '\\:')}:${quote(about)}'`).join(' ');
  return `#compdef breakwater
# breakwater completion zsh
_breakwater() {
  local word at=
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${walk(nodes)}
  done
  case "$at" in
${nodes.map((node) => `    '${node.path}') choices=(${describe(node)}) ;;`).join('\n')}
  esac
  _describe breakwater choices || _files
}
compdef _breakwater breakwater
# Loaded from fpath, this file is the function at its first call.
if [ "$funcstack[1]" = _breakwater ]; then _breakwater; fi
`;
}

function fishScript(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) =>
    node.words.map(({ word, about }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c breakwater -n '__breakwater_at "${node.path}"' ${what} -d '${quote(about)}'`;
    }),
  );
  return `# breakwater completion fish
function __breakwater_at
  set -l at
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${nodes
        .filter(({ path }) => path !== '')
        .map(({ path }) => `'${path.includes(' ') ? path : ` ${path}`}'`)
        .join(' ')}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''");
}
