package main

import (
	"io"
	"os"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/cli"
)

// run does what Helm 3's main does with its arguments, but for `--debug` after an error.
func run(args []string, stdout io.Writer) int {
	*settings = *cli.New()
	config := new(action.Configuration)
	cmd, err := newRootCmd(config, stdout, args)
	if err != nil {
		warning("%+v", err)
		return 1
	}
	// Helm does this when a command begins, by a list that can only grow.
	if err := config.Init(settings.RESTClientGetter(), settings.Namespace(), os.Getenv("HELM_DRIVER"), debug); err != nil {
		return 1
	}
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		debug("%+v", err)
		return 1
	}
	return 0
}
