package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// maxDocument is the most octets of run.json and of SHA256SUMS that are read.
const maxDocument = 256 << 20

func readDocument(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(content) > maxDocument {
		err = fmt.Errorf("it has more than %d octets", maxDocument)
	}
	return content, err
}

// readManifest reads run.json, which says what else there must be.
func (a *auditor) readManifest() {
	info, err := os.Lstat(a.local(outdir.ManifestName))
	if err != nil || !info.Mode().IsRegular() {
		a.defect(outdir.ManifestName, "inventory", "no regular file", "a file")
		return
	}
	text, err := readDocument(a.local(outdir.ManifestName))
	if err != nil {
		a.defect(outdir.ManifestName, "reading", err, "its octets")
		return
	}
	m := new(manifest.Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		a.defect(outdir.ManifestName, "form", err, "a JSON document of a run")
		return
	}
	if m.Schema.Name != outdir.SchemaName {
		a.defect(outdir.ManifestName, "schema", fmt.Sprintf("%q", m.Schema.Name), fmt.Sprintf("%q", outdir.SchemaName))
		return
	}
	if m.Schema.Version != manifest.Version {
		a.defect(outdir.ManifestName, "version of the schema", m.Schema.Version, manifest.Version)
	}
	for _, output := range m.Outputs {
		if !filepath.IsLocal(filepath.FromSlash(output.Name)) {
			a.defect(outdir.ManifestName, "name of an output", fmt.Sprintf("%q", output.Name), "a path within the directory")
			return
		}
	}
	a.report.Manifest = m
	var again bytes.Buffer
	if m.Tool.Version == a.options.Version && (m.Write(&again) != nil || !bytes.Equal(again.Bytes(), text)) {
		a.defect(outdir.ManifestName, "form", "something else", "the document as netstream "+a.options.Version+" writes it")
	}
}

// checkManifest checks what run.json says against itself.
func (a *auditor) checkManifest() {
	m := a.report.Manifest
	wrong := func(what string, got, want any) { a.defect(outdir.ManifestName, what, got, want) }
	if id := manifest.RunID(m.Tool, m.Parameters, m.Inputs); id != m.RunID {
		wrong("run_id", m.RunID, id)
	}
	for _, law := range m.Laws {
		if !law.Holds {
			wrong("law "+law.ID, "it does not hold", "it holds")
		}
	}
	seen := make(map[string]bool)
	for _, output := range m.Outputs {
		if seen[output.Name] {
			wrong("outputs", output.Name+" twice", "each file once")
		}
		seen[output.Name] = true
	}
	read := new(big.Int)
	for i := range m.Inputs {
		in := &m.Inputs[i]
		read.Add(read, new(big.Int).SetUint64(in.Packets))
		if in.Ordinal != uint32(i) {
			wrong("ordinal of "+in.Name, in.Ordinal, i)
		}
		spent := in.LostPackets
		for _, o := range in.Outcomes {
			spent += o.Packets
		}
		if spent != in.Packets {
			wrong("law C3, packets by outcome of "+in.Name, spent, in.Packets)
		}
		o := &in.Octets
		if sum := o.Header + o.Packets + o.Known + o.Unknown + o.Damaged + o.Trailing + o.Messages + o.Blocks; sum != in.ContentSize {
			wrong("law C1, octets of "+in.Name, sum, in.ContentSize)
		}
		if m.Complete && (!in.Complete || in.DamageCount > 0) {
			wrong("complete", "true", "false, as "+in.Name+" is damaged")
		}
	}
	if read.String() != string(m.Totals.PacketsRead) {
		wrong("law C11, packets read", m.Totals.PacketsRead, read)
	}
}
