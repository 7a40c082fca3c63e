package nfcapd
import ("testing")
func TestCmpTmp(t *testing.T){
 for _, n := range []string{"re-z","re-y","re-j"} {
  s := newSample(11, true)
  w := s.records(t, 40)
  for i := range w { w[i].Counters.Packets &= 1<<31-1; w[i].Counters.Octets &= 1<<31-1 }
  rows, r := readFile(t, "/tmp/nf/"+n+".nfcapd")
  t.Log(r.Tally(), r.Info(), r.Exporters())
  got := reading{rows: rows, reader: r, points: r.options.Points}
  got.compare(t, w, s)
 }
}
