package recordfilter

import (
	"math/big"
	"strings"
)

// maxDigits bounds the digits of a number.
const maxDigits = 40

// parseDecimal reads a number: 1500, 0x5dc, 1.5, with K, M, G or T behind it for
// powers of 1000, or Ki, Mi, Gi or Ti for powers of 1024.
func parseDecimal(text string) (*big.Rat, bool) {
	if len(text) > maxDigits {
		return nil, false
	}
	if digits, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		n, ok := new(big.Int).SetString(digits, 16)
		if !ok || n.Sign() < 0 || strings.ContainsAny(digits, "+-_") {
			return nil, false
		}
		return new(big.Rat).SetInt(n), true
	}
	digits, factor := cutUnit(text)
	for i, c := range []byte(digits) {
		if (c < '0' || c > '9') && c != '.' && (c != '-' || i > 0) {
			return nil, false
		}
	}
	number, ok := new(big.Rat).SetString(digits)
	if !ok {
		return nil, false
	}
	return number.Mul(number, new(big.Rat).SetInt64(factor)), true
}

// cutUnit cuts off what a number is multiplied by.
func cutUnit(text string) (digits string, factor int64) {
	digits, base := text, int64(1000)
	if n := len(text) - 1; n > 0 && (text[n] == 'i' || text[n] == 'I') {
		digits, base = text[:n], 1024
	}
	n := len(digits) - 1
	if n < 0 {
		return text, 1
	}
	factor = 1
	for _, unit := range []byte("KMGT") {
		factor *= base
		if digits[n]&^0x20 == unit {
			return digits[:n], factor
		}
	}
	return text, 1
}

// whole gives the greatest whole number that is at most n; ok is false if it does
// not fit.
func whole(n *big.Rat) (v value, ok bool) {
	floor := new(big.Int).Div(n.Num(), n.Denom()) // Euclidean: with a positive denominator, rounded down
	return value{number: floor.Int64(), exact: n.IsInt()}, floor.IsInt64()
}
