package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"netstream/aggregate/bill"
)

// tariffsOfScripts gives the tariffs of the scripts.
func tariffsOfScripts(f *testing.F) (texts []string) {
	script, err := os.ReadFile(filepath.Join("..", "..", "testdata", "script", "bill.txt"))
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range strings.Split(string(script), "\n-- ")[1:] {
		if name, text, ok := strings.Cut(part, " --\n"); ok && strings.HasSuffix(name, ".toml") {
			texts = append(texts, text)
		}
	}
	if len(texts) < 2 {
		f.Fatalf("the script has %d tariffs", len(texts))
	}
	return texts
}

// FuzzTariff: whatever a tariff says, it is refused or has items of different names, whose
// tiers ascend to one without bound and whose windows lie within a day; and the same text
// gives the same tariff.
func FuzzTariff(f *testing.F) {
	for _, text := range tariffsOfScripts(f) {
		f.Add(text, false)
	}
	f.Add("currency = \"EUR\"\n[[item]]\nname = \"a\"\nunit = \"packet\"\nrate = \"volume\"\ntiering = \"whole\"\n"+
		"window = [{ days = \"fri-mon,wed\", from = \"22:00\", to = \"24:00\" }]\ntier = [{ up_to = \"100\", price = \"0.05\" }, { price = \"-0.03\" }]\n", true)
	o := &billOptions{}
	o.addFlags(pflag.NewFlagSet("bill", pflag.ContinueOnError))
	o.keys = []string{"src_ip", "dscp"}
	f.Fuzz(func(t *testing.T, text string, packets bool) {
		o := *o
		o.counter = map[bool]string{false: "bytes", true: "packets"}[packets]
		tariff, err := parseTariff(text, &o)
		if again, failure := parseTariff(text, &o); (err == nil) != (failure == nil) || !reflect.DeepEqual(again, tariff) {
			t.Fatalf("got %+v, %v and then %+v, %v", tariff, err, again, failure)
		}
		if err != nil {
			return
		}
		names := map[string]bool{}
		for i := range tariff.Items {
			names[tariff.Items[i].Name] = true
			checkItem(t, &tariff.Items[i])
		}
		if len(names) == 0 || len(names) != len(tariff.Items) || tariff.Currency == "" || tariff.Digits < 0 || tariff.Digits > 9 {
			t.Errorf("got %+v", tariff)
		}
	})
}

func checkItem(t *testing.T, item *bill.Item) {
	for i, tier := range item.Tiers {
		if last := i == len(item.Tiers)-1; tier.Price == nil || last != (tier.UpTo == nil) {
			t.Errorf("tier %d of %d is %+v", i, len(item.Tiers), tier)
		}
		if i > 0 && tier.UpTo != nil && tier.UpTo.Cmp(item.Tiers[i-1].UpTo) <= 0 {
			t.Errorf("tier %d up to %v does not ascend", i, tier.UpTo)
		}
	}
	for _, w := range item.Windows {
		if w.From < 0 || w.From > 24*60 || w.To < 0 || w.To > 24*60 || w.Days == [7]bool{} {
			t.Errorf("got window %+v", w)
		}
	}
	if len(item.Tiers) == 0 || item.Unit.Amount.Sign() <= 0 {
		t.Errorf("got item %+v", item)
	}
}
