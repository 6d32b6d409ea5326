import type { Command, Option } from 'commander';
import { Argument } from 'commander';
import type { CommandContext } from './command.ts';
import { examples } from './command.ts';

interface Word {
  readonly word: string;
  /** Empty where the word says it all. */
  readonly about: string;
}

/** What may follow the words of a command, or an option that takes a value. */
interface Node {
  /** Empty, `webhooks`, `webhooks list`, `webhooks list --status`. */
  readonly path: string;
  /** Commands below, or the values to choose from. */
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
  readonly takesFile: boolean;
}

interface OptionWord extends Word {
  /** Absent where it is a switch. */
  readonly value?: Node;
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
  const values = command.registeredArguments.flatMap(({ argChoices }) => toWords(argChoices));
  const node: Node = {
    path,
    words: [...commands.map((inner) => ({ word: inner.name(), about: inner.description() })), ...values],
    options: help.visibleOptions(command).map((option) => toOption(option, path)),
    takesFile: command.registeredArguments.some((argument) => argument.name() === 'file'),
  };
  return [node, ...commands.flatMap((inner) => nodesOf(inner, `${path} ${inner.name()}`.trim()))];
}

function toOption({ long, description, required, flags, argChoices }: Option, path: string): OptionWord {
  const word = long ?? '';
  if (!required) return { word, about: description };
  const value = {
    path: `${path} ${word}`,
    words: toWords(argChoices),
    options: [],
    takesFile: flags.endsWith(' <file>'),
  };
  return { word, about: description, value };
}

const toWords = (choices: readonly string[] = []) => choices.map((word) => ({ word, about: '' }));

/** The nodes of options' values too: where a shell sees but a list of words, what is typed last may be one. */
function withValues(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...node.options.flatMap(({ value }) => (value === undefined ? [] : [value]))]);
}

/**
 * The longest path of commands among the words typed so far, in the shell's variable `at` (`path` is zsh's own), and with it the last
 * word when that is an option which takes a value.
 */
function walk(nodes: readonly Node[]): string {
  const patterns = (paths: readonly string[]) => paths.map((path) => `'${path}'`).join('|');
  const commands = nodes.map(({ path }) => path).filter((path) => path !== '');
  const values = withValues(nodes)
    .map(({ path }) => path)
    .filter((path) => path.includes(' --'));
  return `    case "\${at:+$at }$word" in ${patterns(commands)}) at="\${at:+$at }$word" ;; esac
  done
  case "$at $word" in ${patterns(values)}) at="$at $word" ;; esac`;
}

const listOf = (words: readonly Word[]) => words.map(({ word }) => word).join(' ');

/** Where nothing fits, Bash completes files. */
function bashScript(nodes: readonly Node[]): string {
  const cases = withValues(nodes).map(
    ({ path, words, options }) => `    '${path}') words='${listOf(words)}' options='${listOf(options)}' ;;`,
  );
  return `# breakwater completion bash
_breakwater() {
  local word= at= words= options= current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${walk(nodes)}
  case "$at" in
${cases.join('\n')}
  esac
  case "$current" in -*) words="$options" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _breakwater breakwater
`;
}

function zshScript(nodes: readonly Node[]): string {
  const describe = (words: readonly Word[]) =>
    words.map(({ word, about }) => `'${quote(word)}${about === '' ? '' : `:${quote(about)}`}'`).join(' ');
  const cases = withValues(nodes).map(
    ({ path, words, options, takesFile }) =>
      `    '${path}') words_=(${describe(words)}) options_=(${describe(options)}) files=${takesFile} ;;`,
  );
  return `#compdef breakwater
# breakwater completion zsh
_breakwater() {
  local word= at= files=false
  local -a words_ options_
  for word in "\${(@)words[2,CURRENT-1]}"; do
${walk(nodes)}
  case "$at" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" = -* ]]; then
    _describe breakwater options_
  elif [[ $files = true ]]; then
    _files
  else
    _describe breakwater words_
  fi
}
compdef _breakwater breakwater
# Loaded from fpath, this file is the function at its first call.
if [ "$funcstack[1]" = _breakwater ]; then _breakwater; fi
`;
}

function fishScript(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, words, options, takesFile }) => {
    const complete = (...what: string[]) => `complete -c breakwater -n '__breakwater_at "${path}"' ${what.join(' ')}`;
    return [
      ...words.map(({ word, about }) => complete('-a', word, `-d '${quote(about)}'`)),
      ...options.map(({ word, about, value }) =>
        complete('-l', word.slice(2), ...fishValue(value), `-d '${quote(about)}'`),
      ),
      ...(takesFile ? [complete('-F')] : []),
    ];
  });
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  return `# breakwater completion fish
function __breakwater_at
  set -l at
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${paths.map((path) => `'${path.includes(' ') ? path : ` ${path}`}'`).join(' ')}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
complete -c breakwater -f
${lines.join('\n')}
`;
}

function fishValue(value: Node | undefined): string[] {
  if (value === undefined) return [];
  return value.takesFile ? ['-r', '-F'] : ['-x', `-a '${listOf(value.words)}'`];
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''");
}
