package main

import (
	"errors"
	"io"
	"log/slog"
	_ "unsafe" // for linkname

	"helm.sh/helm/v4/pkg/cli"
	helmcmd "helm.sh/helm/v4/pkg/cmd"
)

// What the flags of the command before have set.
//
//go:linkname settings helm.sh/helm/v4/pkg/cmd.settings
var settings *cli.EnvSettings

// What is done when a command begins. NewRootCmd adds to it, and nothing takes away.
//
//go:linkname initializers github.com/spf13/cobra.initializers
var initializers []func()

// run does what Helm 4's main does with its arguments.
func run(args []string, stdout io.Writer) int {
	*settings = *cli.New()
	initializers = nil
	cmd, err := helmcmd.NewRootCmd(stdout, args, helmcmd.SetupLogging)
	if err != nil {
		slog.Warn("command failed", slog.Any("error", err))
		return 1
	}
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		var exit helmcmd.CommandError
		if errors.As(err, &exit) {
			return exit.ExitCode
		}
		return 1
	}
	return 0
}
