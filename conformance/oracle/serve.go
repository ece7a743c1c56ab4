package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"
)

// A request is one command: the folder to run it in, and the arguments after the program's name.
type request struct {
	Dir  string   `json:"dir"`
	Args []string `json:"args"`
}

// A response is what the command did. The byte slices are base64 in JSON, so that no byte is lost.
type response struct {
	Status int    `json:"status"`
	Stdout []byte `json:"stdout"`
	Stderr []byte `json:"stderr"`
}

// init takes over from Helm's main when HELM_ORACLE is set. Its file is the last of the package, so that all else is
// initialised by then.
func init() {
	if os.Getenv("HELM_ORACLE") == "" {
		return
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}

// serve answers one JSON line with one JSON line, until there are no more.
func serve(in io.Reader, out io.Writer) error {
	// Helm, its log and its libraries write to os.Stderr, some to the variable as it was when they started. The
	// file descriptor stays what it was: a crash of the Go runtime is told there, to whoever started this process.
	capture, err := os.CreateTemp("", "helm-oracle-")
	if err != nil {
		return err
	}
	if err := os.Remove(capture.Name()); err != nil {
		return err
	}
	os.Stderr = capture
	log.SetOutput(capture)
	// Nothing but answers may come out of here; cobra prints usage and help to the variable.
	if os.Stdout, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
		return err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	os.Stdin = null

	lines := bufio.NewReaderSize(in, 1<<20)
	answers := json.NewEncoder(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			return err
		}
		if err := os.Chdir(asked.Dir); err != nil {
			return err
		}
		if err := capture.Truncate(0); err != nil {
			return err
		}
		if _, err := capture.Seek(0, io.SeekStart); err != nil {
			return err
		}
		var stdout bytes.Buffer
		answer := response{Status: run(asked.Args, &stdout)}
		answer.Stdout = stdout.Bytes()
		if _, err := capture.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if answer.Stderr, err = io.ReadAll(capture); err != nil {
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}
