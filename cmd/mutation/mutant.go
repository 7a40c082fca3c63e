package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is a change of a source file.
type mutant struct {
	file       string // path
	function   string // in which it is, "" for none
	line       int
	begin, end int    // octets that are replaced
	from, to   string // in words, of one line
	text       string // what stands there instead
}

// name tells the mutant from the others of its package for as long as its function has the same text.
func (m *mutant) name() string {
	return fmt.Sprintf("%s %s: %s -> %s", filepath.Base(m.file), m.function, m.from, m.to)
}

// apply gives the changed source.
func (m *mutant) apply(source []byte) []byte {
	return slices.Concat(source[:m.begin], []byte(m.text), source[m.end:])
}

// operators gives what takes the place of an operator: its neighbours and its opposite.
func operators(op token.Token) []token.Token {
	others := map[token.Token][]token.Token{
		token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
		token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
		token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
		token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
		token.AND: {token.OR}, token.OR: {token.AND}, token.XOR: {token.AND}, token.AND_NOT: {token.AND},
		token.SHL: {token.SHR}, token.SHR: {token.SHL},
		token.LAND: {token.LOR}, token.LOR: {token.LAND},
		token.INC: {token.DEC}, token.DEC: {token.INC},
		token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN}, token.MUL_ASSIGN: {token.QUO_ASSIGN},
		token.QUO_ASSIGN: {token.MUL_ASSIGN}, token.OR_ASSIGN: {token.AND_ASSIGN}, token.AND_ASSIGN: {token.OR_ASSIGN},
		token.AND_NOT_ASSIGN: {token.AND_ASSIGN}, token.SHL_ASSIGN: {token.SHR_ASSIGN}, token.SHR_ASSIGN: {token.SHL_ASSIGN},
	}
	return others[op]
}

// finder collects the mutants of a file.
type finder struct {
	path     string
	source   []byte
	files    *token.FileSet
	function string
	heads    map[ast.Stmt]bool // statements in front of a condition, or behind it
	found    []mutant
}

// mutantsOf gives all mutants of the source files of a package.
func mutantsOf(dir string) ([]mutant, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		found, err := mutantsIn(path, source)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// mutantsIn gives the mutants of a file, in the order of their places.
func mutantsIn(path string, source []byte) ([]mutant, error) {
	f := &finder{path: path, source: source, files: token.NewFileSet(), heads: make(map[ast.Stmt]bool)}
	parsed, err := parser.ParseFile(f.files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, declaration := range parsed.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		f.function = function.Name.Name
		if function.Recv != nil {
			f.function = f.text(function.Recv.List[0].Type) + "." + f.function
		}
		ast.Inspect(function.Body, func(n ast.Node) bool {
			f.visit(n)
			return true
		})
	}
	slices.SortStableFunc(f.found, func(a, b mutant) int { return a.begin - b.begin })
	return f.found, nil
}

// visit adds the mutants of one node.
func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		f.operator(n, n.OpPos, n.Op)
	case *ast.IncDecStmt:
		f.operator(n, n.TokPos, n.Tok)
		f.remove(n)
	case *ast.AssignStmt:
		f.operator(n, n.TokPos, n.Tok)
		if n.Tok != token.DEFINE {
			f.remove(n)
		}
	case *ast.ExprStmt:
		f.remove(n)
	case *ast.BranchStmt:
		if n.Tok != token.GOTO && n.Label == nil {
			f.remove(n)
		}
	case *ast.ReturnStmt:
		if len(n.Results) == 0 {
			f.remove(n)
		}
	case *ast.SwitchStmt:
		f.heads[n.Init] = true
	case *ast.IfStmt:
		f.heads[n.Init] = true
		f.negate(n.Cond)
	case *ast.ForStmt:
		f.heads[n.Init], f.heads[n.Post] = true, true
		if n.Cond != nil {
			f.negate(n.Cond)
		}
	case *ast.CaseClause:
		if len(n.List) == 1 && f.isCondition(n.List[0]) {
			f.negate(n.List[0])
		}
	}
}

// isCondition says whether an expression looks like a truth value, which cases of a switch without tag are.
func (f *finder) isCondition(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return e.Op == token.LAND || e.Op == token.LOR || e.Op >= token.EQL && e.Op <= token.GTR || e.Op >= token.NEQ && e.Op <= token.GEQ
	case *ast.UnaryExpr:
		return e.Op == token.NOT
	case *ast.CallExpr:
		return true
	}
	return false
}

func (f *finder) operator(n ast.Node, at token.Pos, op token.Token) {
	for _, other := range operators(op) {
		begin := f.offset(at)
		end := begin + len(op.String())
		from, to := f.offset(n.Pos()), f.offset(n.End())
		f.add(n, begin, end, other.String(), string(slices.Concat(f.source[from:begin], []byte(other.String()), f.source[end:to])))
	}
}

// negate denies a condition; one comparison alone has that from its operator.
func (f *finder) negate(condition ast.Expr) {
	if b, ok := condition.(*ast.BinaryExpr); ok && b.Op != token.LAND && b.Op != token.LOR {
		return
	}
	text := "!(" + f.text(condition) + ")"
	f.add(condition, f.offset(condition.Pos()), f.offset(condition.End()), text, text)
}

func (f *finder) remove(n ast.Stmt) {
	text := "{}"
	if f.heads[n] {
		text = ""
	}
	f.add(n, f.offset(n.Pos()), f.offset(n.End()), text, "nothing")
}

func (f *finder) add(n ast.Node, begin, end int, text, to string) {
	f.found = append(f.found, mutant{
		file: f.path, function: f.function, line: f.files.Position(n.Pos()).Line,
		begin: begin, end: end, from: oneLine(f.text(n)), to: oneLine(to), text: text,
	})
}

func (f *finder) offset(p token.Pos) int { return f.files.Position(p).Offset }
func (f *finder) text(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}
func oneLine(s string) string { return string(bytes.Join(bytes.Fields([]byte(s)), []byte(" "))) }
