#include "textflag.h"

// XXH3's accumulation of blocks. Four 64-bit lanes are in each of two registers: Y0 and Y1 have the accumulators all along.

// STRIPE adds stripe n of a block at SI with the secret at DX: each lane to its neighbour's accumulator, and the product
// of its halves, mixed with the secret before, to its own.
#define STRIPE(n) \
	VMOVDQU  (64*n)(SI), Y2        \
	VMOVDQU  (64*n+32)(SI), Y3     \
	VPXOR    (8*n)(DX), Y2, Y4     \
	VPXOR    (8*n+32)(DX), Y3, Y5  \
	VPSHUFD  $0x4e, Y2, Y2         \
	VPSHUFD  $0x4e, Y3, Y3         \
	VPSRLQ   $32, Y4, Y6           \
	VPSRLQ   $32, Y5, Y7           \
	VPMULUDQ Y4, Y6, Y4            \
	VPMULUDQ Y5, Y7, Y5            \
	VPADDQ   Y2, Y4, Y4            \
	VPADDQ   Y3, Y5, Y5            \
	VPADDQ   Y4, Y0, Y0            \
	VPADDQ   Y5, Y1, Y1

// SCRAMBLE mixes accumulators with themselves and with the end of the secret, and multiplies them, 64 bits by the 32 in Y8.
#define SCRAMBLE(offset, sums) \
	VPSRLQ   $47, sums, Y2         \
	VPXOR    sums, Y2, Y2          \
	VPXOR    offset(DX), Y2, Y2    \
	VPSRLQ   $32, Y2, Y3           \
	VPMULUDQ Y8, Y2, Y2            \
	VPMULUDQ Y8, Y3, Y3            \
	VPSLLQ   $32, Y3, Y3           \
	VPADDQ   Y2, Y3, sums

// func addBlocks(sums *[lanes]uint64, blocks *byte, n int, secret *[192]byte)
TEXT ·addBlocks(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ blocks+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ secret+24(FP), DX

	MOVL         $0x9e3779b1, AX // prime32Of1
	MOVQ         AX, X8
	VPBROADCASTQ X8, Y8
	VMOVDQU      0(DI), Y0
	VMOVDQU      32(DI), Y1

block:
	STRIPE(0)
	STRIPE(1)
	STRIPE(2)
	STRIPE(3)
	STRIPE(4)
	STRIPE(5)
	STRIPE(6)
	STRIPE(7)
	STRIPE(8)
	STRIPE(9)
	STRIPE(10)
	STRIPE(11)
	STRIPE(12)
	STRIPE(13)
	STRIPE(14)
	STRIPE(15)
	SCRAMBLE(128, Y0)
	SCRAMBLE(160, Y1)
	ADDQ $1024, SI
	DECQ CX
	JNE  block

	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	VZEROUPPER
	RET
