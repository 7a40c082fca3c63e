package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaxSources is how many inputs one run takes: a million, well above the hourly
// files of a hundred observation points over a year.
const MaxSources = 1 << 20

// Request is what the user asked to read.
type Request struct {
	// Names are files, directories, globs, or "-" for standard input.
	Names []string

	// FilesFrom are files that list further names, "-" for standard input; see
	// [ReadNames] for their form. Listed names are files or directories, never
	// globs.
	FilesFrom []string

	// Stdin is where a list named "-" is read.
	Stdin io.Reader

	// Streams allows named pipes, sockets and devices. Without it they are
	// refused at once, since opening one may wait for ever.
	Streams bool

	// Repeats allows a file to be named several times, and to be read as often.
	Repeats bool
}

// Selection is what a Request comes to.
type Selection struct {
	Sources []Source  // in the order of the request
	Skipped []Skipped // what lay in a directory, or matched a glob, and was left out
}

// Skipped is a directory entry or glob match that is not read.
type Skipped struct {
	Name string
	Why  string
}

// Expand finds the inputs that a request names.
//
// A directory stands for the regular files in it and below it, in byte order of
// their paths. Hidden files and directories (their name begins with a dot) and
// symbolic links in it are skipped: the former are leftovers of other programs,
// the latter name files twice or lead out of the directory. Both are read when
// they are named themselves. A name with *, ? or [ that is not a file's name is
// a glob (the syntax of filepath.Match; * does not match a leading dot).
//
// All that is wrong is reported, not only the first: the error is an *Error or
// a join of them. The Selection holds what is right even so, for a caller who
// goes on without the rest. The classes are:
//
//   - Unreadable: a file does not exist or cannot be opened, or a glob matches
//     nothing.
//   - Refused: a pipe, socket or device without Streams, a directory without
//     files, one file under two names without Repeats, standard input asked for twice, more
//     than MaxSources inputs, no names at all.
func Expand(request Request) (*Selection, error) {
	e := expansion{request: request, seen: make(map[identity]string)}
	for _, name := range request.Names {
		e.add(name, true)
	}
	for _, list := range request.FilesFrom {
		e.addList(list)
	}
	if len(e.selection.Sources) == 0 && len(e.errs) == 0 {
		e.fail(&Error{Class: Refused, Err: errors.New("no input is named"),
			Hint: "name capture files or directories, or - for standard input"})
	}
	return &e.selection, errors.Join(e.errs...)
}

// expansion is an Expand under way.
type expansion struct {
	request   Request
	selection Selection
	seen      map[identity]string // the name that each file was first found under
	stdinBy   string              // what standard input is used for already
	errs      []error
	full      bool
}

func (e *expansion) fail(err error) { e.errs = append(e.errs, err) }

// add takes one name of the command line or of a list.
func (e *expansion) add(name string, globs bool) {
	if name == StandardInput {
		if e.claimStdin("an input") {
			e.append(Source{Name: StandardInput, Stream: true})
		}
		return
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		e.addDirectory(name)
	case errors.Is(err, fs.ErrNotExist) && globs && strings.ContainsAny(name, "*?["):
		e.addGlob(name)
	default:
		e.addFile(name, false)
	}
}

func (e *expansion) addFile(name string, found bool) {
	source, id, err := check(name, e.request.Streams)
	if err != nil {
		e.fail(err)
		return
	}
	if first, twice := e.seen[id]; twice && !e.request.Repeats {
		e.fail(&Error{Class: Refused, Op: "read", Name: name,
			Err:  fmt.Errorf("duplicate input: it is the same file as %q", first),
			Hint: "name it once; its packets would be counted twice, as --duplicates count does"})
		return
	}
	e.seen[id] = name
	source.Found = found
	e.append(source)
}

func (e *expansion) append(source Source) {
	if len(e.selection.Sources) < MaxSources {
		e.selection.Sources = append(e.selection.Sources, source)
		return
	}
	if !e.full {
		e.full = true
		e.fail(&Error{Class: Refused, Op: "read", Name: source.Name,
			Err: fmt.Errorf("more than %d inputs", MaxSources)})
	}
}

func (e *expansion) skip(name, why string) {
	e.selection.Skipped = append(e.selection.Skipped, Skipped{Name: name, Why: why})
}

// addDirectory takes the regular files below a directory.
func (e *expansion) addDirectory(root string) {
	var names []string
	// The trailing separator makes a symbolic link that was named itself be
	// followed; links below it are not.
	top := strings.TrimSuffix(root, string(filepath.Separator)) + string(filepath.Separator)
	_ = filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			e.fail(unreadable("read directory", name, err))
		case name == top:
		case hidden(entry.Name()):
			e.skip(name, "hidden")
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
		case entry.Type().IsRegular():
			names = append(names, name)
		default:
			e.skip(name, kindOf(entry.Type()))
		}
		if len(names) > MaxSources {
			return fs.SkipAll
		}
		return nil
	})
	if len(names) == 0 {
		e.fail(&Error{Class: Refused, Op: "read", Name: root, Err: errors.New("the directory holds no files"),
			Hint: "hidden files and symbolic links in a directory are read only when they are named"})
	}
	slices.Sort(names)
	for _, name := range names {
		e.addFile(name, true)
	}
}

// addGlob takes what a pattern matches, in byte order.
func (e *expansion) addGlob(pattern string) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		e.fail(&Error{Class: Refused, Op: "expand", Name: pattern, Err: err,
			Hint: "close the [ or write it as \\["})
		return
	}
	matches = slices.DeleteFunc(matches, func(name string) bool {
		leave := matchesHidden(pattern, name)
		if leave {
			e.skip(name, "hidden")
		}
		return leave
	})
	if len(matches) == 0 {
		e.fail(&Error{Class: Unreadable, Op: "open", Name: pattern, Err: errors.New("no file of this name, and as a pattern it matches none"),
			Hint: "check the directory, or quote the pattern less"})
		return
	}
	slices.Sort(matches)
	for _, name := range matches {
		e.add(name, false)
	}
}

// addList takes the names in a list.
func (e *expansion) addList(list string) {
	var r io.Reader
	if list == StandardInput {
		if !e.claimStdin("a list of names") {
			return
		}
		r = e.request.Stdin
	} else {
		f, err := openRegular(list)
		if err != nil {
			e.fail(unreadable("open list", list, err))
			return
		}
		defer f.Close()
		r = f
	}
	names, err := ReadNames(r)
	if err != nil {
		e.fail(&Error{Class: ClassOf(err), Op: "read list", Name: list, Err: errors.Unwrap(err)})
		return
	}
	for _, name := range names {
		e.add(name, false)
	}
}

// claimStdin takes standard input for one use.
func (e *expansion) claimStdin(use string) bool {
	if e.stdinBy != "" {
		e.fail(&Error{Class: Refused, Op: "read", Name: StandardInput,
			Err:  fmt.Errorf("duplicate input: standard input is %s already", e.stdinBy),
			Hint: "it can be read once only"})
		return false
	}
	e.stdinBy = use
	return true
}

func hidden(base string) bool { return strings.HasPrefix(base, ".") && base != "." && base != ".." }

// matchesHidden reports whether a wildcard at the start of a path element
// matched a leading dot, as no shell lets it.
func matchesHidden(pattern, name string) bool {
	patterns := strings.Split(filepath.ToSlash(filepath.Clean(pattern)), "/")
	elements := strings.Split(filepath.ToSlash(filepath.Clean(name)), "/")
	for i := range min(len(patterns), len(elements)) {
		if hidden(elements[i]) && !strings.HasPrefix(patterns[i], ".") {
			return true
		}
	}
	return false
}
