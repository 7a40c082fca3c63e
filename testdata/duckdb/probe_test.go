package duckdb
import ("testing";"database/sql"; _ "github.com/duckdb/duckdb-go/v2")
func TestProbe(t *testing.T){ db,err:=sql.Open("duckdb",""); if err!=nil{t.Fatal(err)}; var v string; if err:=db.QueryRow("select version()").Scan(&v);err!=nil{t.Fatal(err)}; t.Log(v)
 if err:=db.QueryRow("select timezone('UTC', make_timestamptz(0))::varchar").Scan(&v);err!=nil{t.Log(err)}; t.Log(v)
 var x any
 if err:=db.QueryRow("select current_setting('TimeZone')").Scan(&x);err!=nil{t.Log(err)}; t.Log(x)
}
