package zone

import (
	"archive/zip"
	_ "embed" // zoneinfo.zip
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Version is the version of the time zone database.
const Version = "2025c"

// UTC is the name of the zone that has no local time.
const UTC = "UTC"

//go:embed zoneinfo.zip
var database string

// ErrUnknown says that the database has no zone of a name.
var ErrUnknown = errors.New("unknown time zone")

// Load gives the zone of a name of the database, such as Europe/Berlin, in its exact
// spelling. For any other text the error is [ErrUnknown].
func Load(name string) (*time.Location, error) {
	if name == UTC {
		return time.UTC, nil
	}
	files, err := open()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if file.Name == name && !file.FileInfo().IsDir() {
			return read(file)
		}
	}
	return nil, fmt.Errorf("%w %q", ErrUnknown, name)
}

// Names gives the names of all zones, in the order of their octets.
func Names() ([]string, error) {
	files, err := open()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if !file.FileInfo().IsDir() {
			names = append(names, file.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func open() ([]*zip.File, error) {
	archive, err := zip.NewReader(strings.NewReader(database), int64(len(database)))
	if err != nil {
		return nil, fmt.Errorf("cannot read the time zone database: %w", err)
	}
	return archive.File, nil
}

func read(file *zip.File) (*time.Location, error) {
	content, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("cannot read time zone %s: %w", file.Name, err)
	}
	defer content.Close()
	octets, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("cannot read time zone %s: %w", file.Name, err)
	}
	location, err := time.LoadLocationFromTZData(file.Name, octets)
	if err != nil {
		return nil, fmt.Errorf("cannot read time zone %s: %w", file.Name, err)
	}
	return location, nil
}
