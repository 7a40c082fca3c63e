#include "textflag.h"

// SHA-1 (FIPS 180-4 section 6.1) of blocks that are a message each, as sha256_amd64.s has SHA-256.

// The initial hash (section 5.3.1) as the instructions have it: D C B A, and E in the highest word.
DATA initial<>+0x00(SB)/8, $0x98badcfe10325476
DATA initial<>+0x08(SB)/8, $0x67452301efcdab89
DATA initial<>+0x10(SB)/8, $0x0000000000000000
DATA initial<>+0x18(SB)/8, $0xc3d2e1f000000000
GLOBL initial<>(SB), RODATA|NOPTR, $32

// Where the octets of four big endian words come from, the first word being the highest.
DATA turned<>+0x00(SB)/8, $0x08090a0b0c0d0e0f
DATA turned<>+0x08(SB)/8, $0x0001020304050607
GLOBL turned<>(SB), RODATA|NOPTR, $16

// ROUNDS makes four rounds with the function and constant of a number and four words of the message schedule.
// before is the A to D of four rounds ago, of which E comes; it is lost, and after takes those of now.
#define ROUNDS(function, words, before, after) \
	SHA1NEXTE words, before \
	MOVO      X1, after     \
	SHA1RNDS4 $function, before, X1

// NEXT puts the next four words of the message schedule into w0; w0 to w3 are the 16 before.
#define NEXT(w0, w1, w2, w3) \
	SHA1MSG1 w1, w0 \
	PXOR     w2, w0 \
	SHA1MSG2 w3, w0

// func hashSHA1(sums *Sum, blocks *byte, n int)
TEXT ·hashSHA1(SB), NOSPLIT, $0-24
	MOVQ  sums+0(FP), DI
	MOVQ  blocks+8(FP), SI
	MOVQ  n+16(FP), CX
	MOVOU turned<>(SB), X8
	MOVOU initial<>+0x00(SB), X9
	MOVOU initial<>+0x10(SB), X10

block:
	MOVOU  0x00(SI), X4
	MOVOU  0x10(SI), X5
	MOVOU  0x20(SI), X6
	MOVOU  0x30(SI), X7
	PSHUFB X8, X4
	PSHUFB X8, X5
	PSHUFB X8, X6
	PSHUFB X8, X7

	// Rounds 0 to 3, which have an E of their own.
	MOVO  X9, X1
	MOVO  X10, X2
	PADDD X4, X2
	MOVO  X1, X3
	SHA1RNDS4 $0, X2, X1
	ROUNDS(0, X5, X3, X2)
	ROUNDS(0, X6, X2, X3)
	ROUNDS(0, X7, X3, X2)
	NEXT(X4, X5, X6, X7)
	ROUNDS(0, X4, X2, X3)
	NEXT(X5, X6, X7, X4)
	ROUNDS(1, X5, X3, X2)
	NEXT(X6, X7, X4, X5)
	ROUNDS(1, X6, X2, X3)
	NEXT(X7, X4, X5, X6)
	ROUNDS(1, X7, X3, X2)
	NEXT(X4, X5, X6, X7)
	ROUNDS(1, X4, X2, X3)
	NEXT(X5, X6, X7, X4)
	ROUNDS(1, X5, X3, X2)
	NEXT(X6, X7, X4, X5)
	ROUNDS(2, X6, X2, X3)
	NEXT(X7, X4, X5, X6)
	ROUNDS(2, X7, X3, X2)
	NEXT(X4, X5, X6, X7)
	ROUNDS(2, X4, X2, X3)
	NEXT(X5, X6, X7, X4)
	ROUNDS(2, X5, X3, X2)
	NEXT(X6, X7, X4, X5)
	ROUNDS(2, X6, X2, X3)
	NEXT(X7, X4, X5, X6)
	ROUNDS(3, X7, X3, X2)
	NEXT(X4, X5, X6, X7)
	ROUNDS(3, X4, X2, X3)
	NEXT(X5, X6, X7, X4)
	ROUNDS(3, X5, X3, X2)
	NEXT(X6, X7, X4, X5)
	ROUNDS(3, X6, X2, X3)
	NEXT(X7, X4, X5, X6)
	ROUNDS(3, X7, X3, X2)

	SHA1NEXTE X10, X2
	PADDD  X9, X1
	PEXTRQ $1, X1, AX  // A B; C D are the lower half
	PEXTRD $3, X2, DX  // E
	MOVQ   AX, 0x00(DI)
	MOVQ   X1, 0x08(DI)
	MOVL   DX, 0x10(DI)
	ADDQ   $24, DI
	ADDQ   $64, SI
	DECQ   CX
	JNZ    block
	RET
