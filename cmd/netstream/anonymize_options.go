package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"runtime"

	"github.com/spf13/pflag"

	"netstream/reader/anonymize"
)

// anonymizeOptions is the flag that has addresses replaced.
type anonymizeOptions struct {
	file string

	key *anonymize.Key // of the file; nil if none is named
}

func (o *anonymizeOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.file, "anonymize", "", "replace all addresses, keeping what they have in common (Crypto-PAn), by the key in this file: 32 octets, or 64 hexadecimal digits, that only its owner can read (docs/anonymization.md)")
}

// resolveAnonymization reads the key, and refuses what would tell addresses as they were.
func (o *runOptions) resolveAnonymization() error {
	a := &o.anonymize
	if a.key = nil; a.file == "" {
		return nil
	}
	switch {
	case len(o.elements) > 0:
		return fail(exitUsage, "leave out one of them", "--anonymize does not replace the values of --element")
	case o.flowFilter != "":
		return fail(exitUsage, "-f selects packets by their own addresses; or filter the tables", "--flow-filter would compare replaced addresses with those in its condition: --anonymize does not go with it")
	}
	secret, err := readSecret(a.file)
	if err != nil {
		return err
	}
	a.key = anonymize.NewKey(secret)
	return nil
}

// addParameters names the key, if there is one, without giving it away.
func (o *anonymizeOptions) addParameters(to map[string]string) {
	if o.key != nil {
		to["anonymize"] = "crypto-pan " + o.key.ID()
	}
}

// readSecret reads a file with a key.
func readSecret(name string) (*[anonymize.SecretOctets]byte, error) {
	const hint = "head -c 32 /dev/urandom makes a key; chmod 600 keeps it from others"
	refused := func(format string, args ...any) error {
		return fail(exitUsage, hint, "cannot use the key of --anonymize: "+format, args...)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, refused("%w", err)
	}
	defer file.Close() // it was read only
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, refused("%w", err)
	case !info.Mode().IsRegular():
		return nil, refused("%s is no regular file", name)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, refused("others than its owner can read or write %s: its mode is %04o, must be 0600 or less", name, info.Mode().Perm())
	}
	const most = 2*anonymize.SecretOctets + 16 // digits, what may stand in front of them, the end of a line
	content, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return nil, refused("%w", err)
	}
	secret, err := parseSecret(content)
	if err != nil {
		return nil, refused("%s: %w", name, err)
	}
	return secret, nil
}

// parseSecret takes 32 octets as they are, or 64 hexadecimal digits with or without 0x in
// front of them and the end of a line behind.
func parseSecret(content []byte) (*[anonymize.SecretOctets]byte, error) {
	var secret [anonymize.SecretOctets]byte
	if len(content) == len(secret) {
		copy(secret[:], content)
		return &secret, nil
	}
	digits := bytes.TrimPrefix(bytes.TrimSpace(content), []byte("0x"))
	if len(digits) == 2*len(secret) {
		if _, err := hex.Decode(secret[:], digits); err == nil {
			return &secret, nil
		}
	}
	return nil, errors.New("it holds neither 32 octets nor 64 hexadecimal digits")
}
