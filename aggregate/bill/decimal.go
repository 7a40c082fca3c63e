package bill

import (
	"math/big"
	"strings"
)

// Decimal gives a number with so many digits behind the point, rounded to the nearest
// one; of two that are as near, to the one whose last digit is even.
func Decimal(r *big.Rat, digits int) string {
	units := roundHalfEven(r, digits)
	sign := ""
	if units.Sign() < 0 {
		sign = "-"
		units.Neg(units)
	}
	text := units.String()
	if digits == 0 {
		return sign + text
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits-len(text)+1) + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// Round gives a number rounded as [Decimal] does.
func Round(r *big.Rat, digits int) *big.Rat {
	return new(big.Rat).SetFrac(roundHalfEven(r, digits), power10(digits))
}

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// roundHalfEven gives the number times 10^digits as an integer.
func roundHalfEven(r *big.Rat, digits int) *big.Int {
	numerator := new(big.Int).Mul(r.Num(), power10(digits))
	quotient, rest := new(big.Int).QuoRem(numerator, r.Denom(), new(big.Int))
	rest.Abs(rest).Lsh(rest, 1)
	if above := rest.Cmp(r.Denom()); above > 0 || above == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(int64(r.Sign())))
	}
	return quotient
}
