package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

func newCompletionCommand() *command {
	cmd := &command{
		name: "completion", arguments: "bash|zsh|fish", summary: "Prints the completion script of a shell.",
		long:  "Load it with\n\n  bash  source <(netstream completion bash)\n  zsh   source <(netstream completion zsh)\n  fish  netstream completion fish | source",
		flags: newFlags("completion"),
	}
	cmd.run = func(_ context.Context, c *console, args []string) error {
		if len(args) != 1 {
			return usageError("completion takes the name of one shell")
		}
		switch args[0] {
		case "bash":
			bashCompletion(c.out)
		case "zsh":
			fmt.Fprint(c.out, "autoload -U +X bashcompinit && bashcompinit\n")
			bashCompletion(c.out)
		case "fish":
			fishCompletion(c.out)
		default:
			return fail(exitUsage, "shells are bash, zsh and fish", "there is no completion for %q", args[0])
		}
		return nil
	}
	return cmd
}

// flagWords gives the flags of a command as they are typed.
func flagWords(cmd *command) []string {
	var words []string
	cmd.flags.VisitAll(func(f *pflag.Flag) {
		words = append(words, "--"+f.Name)
		if f.Shorthand != "" {
			words = append(words, "-"+f.Shorthand)
		}
	})
	return words
}

func bashCompletion(w io.Writer) {
	var names []string
	fmt.Fprint(w, "_netstream() {\n  local word=${COMP_WORDS[COMP_CWORD]} words=\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n")
	for _, cmd := range commands() {
		names = append(names, cmd.name)
	}
	fmt.Fprintf(w, "    COMPREPLY=($(compgen -W '%s help' -- \"$word\"))\n    return\n  fi\n", strings.Join(names, " "))
	fmt.Fprint(w, "  case ${COMP_WORDS[1]} in\n")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "    %s) words='%s' ;;\n", cmd.name, strings.Join(flagWords(cmd), " "))
	}
	fmt.Fprint(w, "    help) words='"+strings.Join(names, " ")+"' ;;\n  esac\n")
	fmt.Fprint(w, "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n")
	fmt.Fprint(w, "complete -o filenames -F _netstream netstream\n")
}

func fishCompletion(w io.Writer) {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
	for _, cmd := range commands() {
		fmt.Fprintf(w, "complete -c netstream -n __fish_use_subcommand -a %s -d %s\n", cmd.name, quote(cmd.summary))
		cmd.flags.VisitAll(func(f *pflag.Flag) {
			short := ""
			if f.Shorthand != "" {
				short = " -s " + f.Shorthand
			}
			fmt.Fprintf(w, "complete -c netstream -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n", cmd.name, f.Name, short, quote(f.Usage))
		})
	}
}
