package nfcapd
import ("testing";"os";"netstream/reader/nfcapd/nfcapdtest";"fmt")
func TestWriteTmp(t *testing.T){
 for _, l1 := range []bool{false,true} {
  for _, c := range []nfcapdtest.Compression{0,1,3} {
  s := newSample(11, !l1)
  w := s.records(t, 40)
  for i := range w { w[i].Counters.Packets &= 1<<31-1; w[i].Counters.Octets &= 1<<31-1 }
  os.WriteFile(fmt.Sprintf("/tmp/nf/%v-%d.nfcapd", l1, c), nfcapdtest.File(w, nfcapdtest.Options{Layout1:l1, Compression:c, Points:s.points, BlockRecords: 15, Ident:"edge"}), 0o644)
 }}
}
