#include "textflag.h"

// SHA-256 (FIPS 180-4 section 6.2) of blocks that are a message each, with the instructions of the processor
// for it. Within a block each two rounds wait for the two before; as no block waits for another one, the processor has the next
// one begin in the meantime, which takes half of the time.

// The constants of the 64 rounds (section 4.2.2), two to a line, the second one in the upper half.
DATA constants<>+0x000(SB)/8, $0x71374491428a2f98
DATA constants<>+0x008(SB)/8, $0xe9b5dba5b5c0fbcf
DATA constants<>+0x010(SB)/8, $0x59f111f13956c25b
DATA constants<>+0x018(SB)/8, $0xab1c5ed5923f82a4
DATA constants<>+0x020(SB)/8, $0x12835b01d807aa98
DATA constants<>+0x028(SB)/8, $0x550c7dc3243185be
DATA constants<>+0x030(SB)/8, $0x80deb1fe72be5d74
DATA constants<>+0x038(SB)/8, $0xc19bf1749bdc06a7
DATA constants<>+0x040(SB)/8, $0xefbe4786e49b69c1
DATA constants<>+0x048(SB)/8, $0x240ca1cc0fc19dc6
DATA constants<>+0x050(SB)/8, $0x4a7484aa2de92c6f
DATA constants<>+0x058(SB)/8, $0x76f988da5cb0a9dc
DATA constants<>+0x060(SB)/8, $0xa831c66d983e5152
DATA constants<>+0x068(SB)/8, $0xbf597fc7b00327c8
DATA constants<>+0x070(SB)/8, $0xd5a79147c6e00bf3
DATA constants<>+0x078(SB)/8, $0x1429296706ca6351
DATA constants<>+0x080(SB)/8, $0x2e1b213827b70a85
DATA constants<>+0x088(SB)/8, $0x53380d134d2c6dfc
DATA constants<>+0x090(SB)/8, $0x766a0abb650a7354
DATA constants<>+0x098(SB)/8, $0x92722c8581c2c92e
DATA constants<>+0x0a0(SB)/8, $0xa81a664ba2bfe8a1
DATA constants<>+0x0a8(SB)/8, $0xc76c51a3c24b8b70
DATA constants<>+0x0b0(SB)/8, $0xd6990624d192e819
DATA constants<>+0x0b8(SB)/8, $0x106aa070f40e3585
DATA constants<>+0x0c0(SB)/8, $0x1e376c0819a4c116
DATA constants<>+0x0c8(SB)/8, $0x34b0bcb52748774c
DATA constants<>+0x0d0(SB)/8, $0x4ed8aa4a391c0cb3
DATA constants<>+0x0d8(SB)/8, $0x682e6ff35b9cca4f
DATA constants<>+0x0e0(SB)/8, $0x78a5636f748f82ee
DATA constants<>+0x0e8(SB)/8, $0x8cc7020884c87814
DATA constants<>+0x0f0(SB)/8, $0xa4506ceb90befffa
DATA constants<>+0x0f8(SB)/8, $0xc67178f2bef9a3f7
GLOBL constants<>(SB), RODATA|NOPTR, $256

// The initial hash (section 5.3.3) as the instructions have it: F E B A, and H G D C.
DATA initial<>+0x00(SB)/8, $0x510e527f9b05688c
DATA initial<>+0x08(SB)/8, $0x6a09e667bb67ae85
DATA initial<>+0x10(SB)/8, $0x1f83d9ab5be0cd19
DATA initial<>+0x18(SB)/8, $0x3c6ef372a54ff53a
GLOBL initial<>(SB), RODATA|NOPTR, $32

// Where the octets of four big endian words come from.
DATA turned<>+0x00(SB)/8, $0x0405060700010203
DATA turned<>+0x08(SB)/8, $0x0c0d0e0f08090a0b
GLOBL turned<>(SB), RODATA|NOPTR, $16

// ROUNDS makes rounds 4n to 4n+3 with four words of the message schedule.
#define ROUNDS(n, words) \
	MOVOU  constants<>+(16*n)(SB), X0 \
	PADDD  words, X0                  \
	SHA256RNDS2 X0, X1, X2            \
	PSHUFD $0x0e, X0, X0              \
	SHA256RNDS2 X0, X2, X1

// NEXT puts the next four words of the message schedule into w0; w0 to w3 are the 16 before.
#define NEXT(w0, w1, w2, w3) \
	SHA256MSG1 w1, w0 \
	MOVO    w3, X7    \
	PALIGNR $4, w2, X7 \
	PADDD   X7, w0    \
	SHA256MSG2 w3, w0

// func hashSHA256(sums *Sum, blocks *byte, n int)
TEXT ·hashSHA256(SB), NOSPLIT, $0-24
	MOVQ  sums+0(FP), DI
	MOVQ  blocks+8(FP), SI
	MOVQ  n+16(FP), CX
	MOVOU turned<>(SB), X8
	MOVOU initial<>+0x00(SB), X9
	MOVOU initial<>+0x10(SB), X10

block:
	MOVOU  0x00(SI), X3
	MOVOU  0x10(SI), X4
	MOVOU  0x20(SI), X5
	MOVOU  0x30(SI), X6
	PSHUFB X8, X3
	PSHUFB X8, X4
	PSHUFB X8, X5
	PSHUFB X8, X6
	MOVO   X9, X1
	MOVO   X10, X2
	ROUNDS(0, X3)
	ROUNDS(1, X4)
	ROUNDS(2, X5)
	ROUNDS(3, X6)
	NEXT(X3, X4, X5, X6)
	ROUNDS(4, X3)
	NEXT(X4, X5, X6, X3)
	ROUNDS(5, X4)
	NEXT(X5, X6, X3, X4)
	ROUNDS(6, X5)
	NEXT(X6, X3, X4, X5)
	ROUNDS(7, X6)
	NEXT(X3, X4, X5, X6)
	ROUNDS(8, X3)
	NEXT(X4, X5, X6, X3)
	ROUNDS(9, X4)
	NEXT(X5, X6, X3, X4)
	ROUNDS(10, X5)
	NEXT(X6, X3, X4, X5)
	ROUNDS(11, X6)
	NEXT(X3, X4, X5, X6)
	ROUNDS(12, X3)
	NEXT(X4, X5, X6, X3)
	ROUNDS(13, X4)
	NEXT(X5, X6, X3, X4)
	ROUNDS(14, X5)
	NEXT(X6, X3, X4, X5)
	ROUNDS(15, X6)
	PADDD  X9, X1
	PADDD  X10, X2
	PEXTRQ $1, X1, AX  // A B
	PEXTRQ $1, X2, BX  // C D
	PEXTRD $1, X1, DX  // E
	MOVQ   AX, 0x00(DI)
	MOVQ   BX, 0x08(DI)
	MOVL   DX, 0x10(DI)
	ADDQ   $24, DI
	ADDQ   $64, SI
	DECQ   CX
	JNZ    block
	RET
