package zone

import (
	"errors"
	"testing"
	"time"
)

// TestLoad: offsets as they were made known, of zones with odd ones, and none from the
// machine.
func TestLoad(t *testing.T) {
	tests := []struct {
		zone, at string
		offset   int // seconds
	}{
		{"UTC", "2026-07-01T00:00:00Z", 0},
		{"Europe/Berlin", "2026-03-29T00:59:59Z", 3600},
		{"Europe/Berlin", "2026-03-29T01:00:00Z", 7200},
		{"Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39600},
		{"Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37800},
		{"Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700},
		{"US/Eastern", "2050-07-01T00:00:00Z", -14400},
	}
	for _, tt := range tests {
		location, err := Load(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if _, offset := at.In(location).Zone(); offset != tt.offset {
			t.Errorf("%s at %s: got offset %d s, want %d s", tt.zone, tt.at, offset, tt.offset)
		}
	}
	for _, name := range []string{"", "Local", "europe/berlin", "Europe", "Europe/", "../etc/passwd", "Mars/Olympus"} {
		if _, err := Load(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: got %v, want %v", name, err, ErrUnknown)
		}
	}
}

func TestNames(t *testing.T) {
	names, err := Names()
	if err != nil || len(names) < 590 {
		t.Fatalf("got %d names, %v", len(names), err)
	}
	for _, name := range names {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
}

func TestSuggest(t *testing.T) {
	tests := []struct{ text, want string }{
		{"europe/berlin", "Europe/Berlin"},
		{"Berlin", "Europe/Berlin"},
		{"Europe/Berln", "Europe/Berlin"},
		{"America/New York", "America/New_York"},
		{"new-york", "America/New_York"},
		{"utc", "UTC"},
		{"Utc+1", ""},
		{"Mars/Olympus", ""},
		{"", ""},
		{"x", ""},
	}
	for _, tt := range tests {
		if got, _ := Suggest(tt.text); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}
